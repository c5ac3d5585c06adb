-- expect: 28-pattern-bomb-gsub.lua:3: instructions: at most 100000000, passed here
hanse_schema = 1
pcall(string.gsub, ("a"):rep(3000), ".-.-.-.-.-x", "")
