# One interface target carries the flags that every object of the project is compiled with.
add_library(assay_flags INTERFACE)
target_compile_definitions(assay_flags INTERFACE _GNU_SOURCE
                           ASSAY_VERSION="${PROJECT_VERSION}")
target_compile_options(assay_flags INTERFACE
  -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual
  -Wundef -Wpointer-arith -Wwrite-strings -Werror
  # snprintf cuts on purpose: every text here has a bound. (A warning of gcc only.)
  $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>
  -fstack-protector-strong -fno-strict-aliasing)
target_link_options(assay_flags INTERFACE -Wl,--as-needed -Wl,-z,relro -Wl,-z,now)
if(ASSAY_FUZZ)
  target_compile_options(assay_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(ASSAY_SANITIZE)
  target_compile_definitions(assay_flags INTERFACE ASSAY_SANITIZE=1)
  target_compile_options(assay_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1 -g)
  target_link_options(assay_flags INTERFACE -fsanitize=address,undefined)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(assay_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
