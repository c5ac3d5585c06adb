-- expect: 64-absent-in-declaration.lua:4: region 'ee': pue: absent is for overrides; leave the
--   key out
hanse_schema = 1
region{ name = "ee", pue = absent }
