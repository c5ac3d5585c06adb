Lua not really
-- expect: 30-binary-chunk.lua:1: scenario: must be Lua text, got a compiled chunk
