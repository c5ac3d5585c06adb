-- expect: 42-pcall-swallows-typo.lua:3: pool 'all': unknown key 'labl' (did you mean 'label'?)
hanse_schema = 1
pcall(function() pool{ name = "all", labl = "x" } end)
