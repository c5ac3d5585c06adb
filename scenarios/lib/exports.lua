-- Export rules of the reference tables as restrictions: dates, thresholds and effects with
-- their sources. local exports = require "exports", then
--
--   exports.impose{ rule = "US-2023-10a", authority = "us", targets = {"here"},
--     start = "2023-01-01" }                      -- when it was in force, seen from `start`
--   exports.impose{ rule = "US-2025-01b", authority = "us", targets = {"ee"},
--     from = 0*h, to = 24*month }                 -- as if it had come into force
--
-- `start` is the scenario's. Further keys of the restriction (cause, pipeline, firmware …) go
-- into `with`; `parts` lists the scenario's accelerators that a rule on named parts means,
-- `exempt` the rule that lets small orders through. What a preset says beyond its own text is
-- a modelling choice and marked so in export_rules.csv.
local exports = {}

local rules, thresholds = reference "export_rules", reference "export_thresholds"
local chips = reference "accelerators"

-- Days before each month; a year has 365 days in every scenario.
local BEFORE = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

local function day_of(date)
  local y, m, d = date:match("^(%d%d%d%d)-(%d%d)-(%d%d)$")
  if y == nil then
    error("exports: a date must be YYYY-MM-DD, got '" .. tostring(date) .. "'", 0)
  end
  return tonumber(y)*365 + BEFORE[tonumber(m)] + tonumber(d)
end

-- Hours from the scenario's start to a date of the rule, at least 0.
function exports.since(start, date)
  local days = day_of(date) - day_of(start)
  return (days > 0 and days or 0)*day
end

function exports.rule(id)
  return rules:find{id = id}
end

-- Where a rule's thresholds stand: with it, or with the rule it builds on.
local BUILDS_ON = {
  ["US-2023-10c"] = "US-2023-10a", ["US-2024-09"] = "US-2023-10a",
  ["US-2025-01b"] = "US-2023-10a", ["US-2025-01c"] = "US-2023-10a",
  ["US-2025-01g"] = "US-2023-10a", ["US-2026-01b"] = "US-2023-10a",
  ["US-2026-01c"] = "US-2026-01a", ["US-2026-06"] = "US-2023-10a",
  ["US-2025-12"] = "US-2026-01a",
}
local NAMED = {["US-2022-08"] = true, ["US-2025-04"] = true, ["US-2025-07"] = true}

-- The limbs of a rule, keyed as restriction's children are.
function exports.limbs(id)
  local from, limbs = BUILDS_ON[id] or id, {}
  local function put(limb, key, row, column, unit)
    limbs[limb] = limbs[limb] or {}
    limbs[limb][key] = row:quantity(column)*(unit or 1)
  end
  for _, row in ipairs(thresholds:list()) do
    if row.rule == from then
      local keys = {tpp = "tpp", tops_times_bits = "tpp", memory_bandwidth = "memory_bandwidth",
        interconnect_bandwidth = "interconnect", performance_density = "density"}
      local key = keys[row.metric]
      local unit = key == "density" and mm^2 or 1
      if row.metric == "data_centre" then
        limbs[row.limb] = limbs[row.limb] or {}
        limbs[row.limb].data_centre_only = true
      elseif key ~= nil then
        if row.low ~= nil then put(row.limb, key .. "_from", row, "low", unit) end
        if row.high ~= nil then put(row.limb, key .. "_below", row, "high", unit) end
      end
    end
  end
  return limbs
end

local function h100s(row, column)
  return row:quantity(column)*chips.h100_sxm5_80gb:quantity("tpp")
end

-- What each preset does to orders.
local EFFECTS = {
  delivery_fraction = function(row, key)
    if row.preset_value == 1 then
      error("exports: " .. row.id .. " leaves deliveries as they are", 0)
    end
    if row.preset_value == 0 then
      key.effect = "ban"
    else
      key.effect, key.denial = "licence", 1 - row:quantity("preset_value")
    end
  end,
  delay = function(row, key)
    key.effect, key.licence_time = "licence", row:quantity("preset_value", day)
  end,
  country_cap_h100e = function(row, key)
    key.effect, key.allowance = "cap", h100s(row, "preset_value")
  end,
  price_multiplier = function(row, key)
    key.effect, key.levy = "none", row:quantity("preset_value") - 1
  end,
}

-- Declares the restriction. Returns its name.
function exports.impose(o)
  local known = {rule = 1, name = 1, label = 1, authority = 1, targets = 1, start = 1, from = 1,
    to = 1, parts = 1, exempt = 1, with = 1}
  for k in pairs(o) do
    if not known[k] then error("exports.impose: unknown key '" .. tostring(k) .. "'", 0) end
  end
  local row = exports.rule(o.rule)
  local effect = EFFECTS[row.preset_parameter]
  if effect == nil then
    error("exports: " .. row.id .. " is not about orders of devices (" ..
      tostring(row.preset_parameter) .. ")", 0)
  end
  if (o.start == nil) == (o.from == nil) then
    error("exports.impose: give either start, for the rule's own dates, or from and to", 0)
  end
  local key = {
    name = o.name or row.id, label = o.label or row.instrument .. ", " .. row.measure,
    authority = o.authority, targets = o.targets,
    from = o.from, to = o.to,
  }
  if o.start ~= nil then
    local ended = row.date_ended ~= "" and row.date_ended or nil
    key.from = exports.since(o.start, row.date_effective)
    key.to = ended and exports.since(o.start, ended) or 100*year
    -- Rescinded before effect: never in force.
    if ended ~= nil and day_of(ended) <= day_of(row.date_effective) then key.to = key.from end
  end
  effect(row, key)
  if NAMED[row.id] then
    if o.parts == nil then
      error("exports: " .. row.id .. " names parts; say which accelerators they are: parts = "
        .. "{…}", 0)
    end
    key.parts = o.parts
  else
    key.limbs = exports.limbs(row.id)
  end
  if o.exempt ~= nil then
    key.exempt_per_year = h100s(exports.rule(o.exempt), "preset_value")
  end
  for k, v in pairs(o.with or {}) do key[k] = v end
  return restriction(key)
end

return exports
