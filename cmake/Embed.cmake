# assay_embed(VAR ROOT FILE...): compiles files into the library. VAR receives the generated C
# source, which defines assay_embedded_files[] (lib/base/embedded.h); names are relative to ROOT.
function(assay_embed var root)
  set(out ${CMAKE_BINARY_DIR}/generated/embedded.c)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DROOT=${root} "-DFILES=${ARGN}"
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    VERBATIM)
  set(${var} ${out} PARENT_SCOPE)
endfunction()
