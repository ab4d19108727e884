# Run by assay_embed() at build time: writes OUT, a C table of the bytes of FILES.
set(text "#include \"base/embedded.h\"\n\n")
set(rows "")
set(index 0)
foreach(file ${FILES})
  file(READ ${file} hex HEX)
  file(RELATIVE_PATH name ${ROOT} ${file})
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "^\\.\\./" "" name "${name}") # beside ROOT
  string(APPEND text "static const unsigned char file_${index}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", file_${index}, sizeof(file_${index}) - 1},\n")
  math(EXPR index "${index} + 1")
endforeach()
string(APPEND text "\nconst struct assay_embedded assay_embedded_files[] = {\n${rows}"
       "    {0, 0, 0},\n};\n")
file(WRITE ${OUT} "${text}")
