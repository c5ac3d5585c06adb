-- expect: 36-missing-schema.lua:3: hanse_schema: must be set before anything is declared;
--   begin with hanse_schema = 1
pool{ name = "all" }
