/*
 * loadable.h - the functions of docs/sql.md for other programs: an extension of
 * SQLite, garner_extract.so, whose entry point is the one thing it exports.
 *
 * The files that it is made of are compiled for it anew, with this header
 * before all others: there they call the SQLite that loads them, through the
 * table of functions it hands over, and not one that they were linked with.
 *
 * Thread: each connection's own. Memory: what a connection needs is freed when
 * it is closed.
 */
#ifndef GN_EXTRACT_LOADABLE_H
#define GN_EXTRACT_LOADABLE_H

#ifdef GN_LOADABLE
#include <sqlite3ext.h>
extern const sqlite3_api_routines *sqlite3_api;
#else
#include <sqlite3.h>
#endif

/* Makes the functions known to db, and garner_extract_version(), which says
 * that they are; once for a connection, then nothing. Returns a code of
 * SQLite's; on an error *message (sqlite3_free) may say why. api is what
 * sqlite3_load_extension gives. */
__attribute__((visibility("default"))) int
sqlite3_garnerextract_init(sqlite3 *db, char **message,
                           const struct sqlite3_api_routines *api);

#endif
