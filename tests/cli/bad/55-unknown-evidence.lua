-- expect: 55-unknown-evidence.lua:4: sourced: evidence must be primary, press, aggregator,
--   derived, assumption or unverified, got 'primry' (did you mean 'primary'?)
hanse_schema = 1
local x = sourced(3*kW, "somebody", "primry")
