-- expect: 02-typo-key.lua:5: pool 'all': unknown key 'labl' (did you mean 'label'?)
hanse_schema = 1
pool{
  name = "all",
  labl = "all of them",
}
