/* uri.h - what connect's database may be: a path, a garner URL, a file: URI. */
#ifndef GP_URI_H
#define GP_URI_H

#include "garner/store.h"
#include "state.h"

/* Gives what garner_open takes for database (bytes; is_uri: as uri=True), and
 * sets options by it. Memory: PyMem_Free. NULL: an exception is set. */
char *gp_uri_resolve(struct gp_state *state, PyObject *database, bool is_uri,
                     struct garner_options *options);

#endif
