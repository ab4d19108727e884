# Every library is a Debian 12 package; README.md says why each is here.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(LIB REQUIRED IMPORTED_TARGET libcrypto jansson libarchive libpcre2-8 libhs libisal
                  libnbd ext2fs com_err libsquashfs1 libzstd sqlite3)
pkg_check_modules(LOCKDOWN REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(DAEMON REQUIRED IMPORTED_TARGET libmicrohttpd libsystemd)
pkg_check_modules(CLIENT REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)

# The Sleuth Kit installs no pkg-config file.
find_library(TSK_LIBRARY tsk REQUIRED)
find_path(TSK_INCLUDE_DIR tsk/libtsk.h REQUIRED)
add_library(tsk INTERFACE IMPORTED)
set_target_properties(tsk PROPERTIES INTERFACE_LINK_LIBRARIES ${TSK_LIBRARY}
                                     INTERFACE_INCLUDE_DIRECTORIES ${TSK_INCLUDE_DIR})
