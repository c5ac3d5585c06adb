# cmake -DFROM=file,file… -DTO=file.h -DNAME=symbol -P embed.cmake: the files' bytes, one after
# the other, as a C array with a zero at the end.
string(REPLACE "," ";" FROM "${FROM}")
foreach(file IN LISTS FROM)
  file(READ ${file} more HEX)
  string(APPEND bytes "${more}")
endforeach()
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)"
  "\\1\n" bytes "${bytes}")
file(WRITE ${TO} "static const char ${NAME}[] = {\n${bytes}0};\n")
