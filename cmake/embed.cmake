# cmake -DFROM=file -DTO=file.h -DNAME=symbol -P embed.cmake: a file's bytes as a C array, with a
# zero at the end.
file(READ ${FROM} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)"
  "\\1\n" bytes "${bytes}")
file(WRITE ${TO} "static const char ${NAME}[] = {\n${bytes}0};\n")
