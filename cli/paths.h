/* Where the command line keeps what it has to remember (XDG Base Directory Specification 0.8). */
#ifndef ASSAY_CLI_PATHS_H
#define ASSAY_CLI_PATHS_H

/* Paths of `name` under $XDG_CONFIG_HOME/assay (default ~/.config/assay), under
 * $XDG_STATE_HOME/assay (default ~/.local/state/assay), and $XDG_CACHE_HOME/assay (default
 * ~/.cache/assay) itself, malloc'd. NULL when memory ran out or
 * neither the variable nor HOME is an absolute path. Nothing is created. */
char *paths_config(const char *name);
char *paths_state(const char *name);
char *paths_cache(void);

/* The pinned public key of a server, config "keys/HOST_PORT.pub", for a URL such as
 * "http://host:port". NULL as above, or when `server` is no http(s) URL. */
char *paths_pinned_key(const char *server);

#endif
