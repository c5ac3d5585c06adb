-- EASY backfilling, written as a policy in Lua: the same starts as --policy easy.
--
--   hanse replay scenarios/traces/small.swf --policy scenarios/policies/easy.lua
hanse_schema = 1

function schedule(view)
  local job = view.first()
  while job and view.fits_now(job) do
    local behind = view.next(job)
    view.take(job)
    job = behind
  end
  if not job then
    return
  end
  view.take(job, view.earliest(job)) -- the head's room is held; nobody may delay it
  job = view.next(job)
  while job do
    local behind = view.next(job)
    if view.fits_now(job) then
      view.take(job)
    end
    job = behind
  end
end
