-- What the tests of hanse.des share: claims by name, and a count at the end.
local check = {}
local failed, n = 0, 0

-- Runs a test; its name is the claim.
function check.that(claim, test)
  n = n + 1
  local ok, message = pcall(test)
  if not ok then
    failed = failed + 1
    print("not so: " .. claim .. ": " .. tostring(message))
  end
end

function check.equal(got, wanted, what)
  if got ~= wanted then
    error(("%s: wanted %s, got %s"):format(what or "value", tostring(wanted), tostring(got)), 2)
  end
end

-- That the function raises, with `part` in its message.
function check.raises(part, test, ...)
  local ok, message = pcall(test, ...)
  if ok then
    error("nothing was raised, wanted: " .. part, 2)
  end
  if not tostring(message):find(part, 1, true) then
    error(("wanted '%s', got '%s'"):format(part, tostring(message)), 2)
  end
end

function check.done()
  print(("%d of %d claims hold"):format(n - failed, n))
  if failed > 0 then
    error(("%d claims do not hold"):format(failed), 0)
  end
end

return check
