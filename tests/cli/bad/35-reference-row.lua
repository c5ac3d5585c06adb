-- expect: 35-reference-row.lua:4: reference 'accelerators': there is no row 'h100_sxm_80gb'
--   (did you mean 'a100_sxm_80gb'?)
hanse_schema = 1
local row = reference("accelerators").h100_sxm_80gb
