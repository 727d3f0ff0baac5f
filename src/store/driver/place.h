/*
 * place.h - whether a database's files are still where they were opened.
 *
 * SQLite goes on writing into files that were moved or removed, and whoever
 * opens the names anew sees none of it; with two logs, or two indexes of one,
 * both may write at once (https://sqlite.org/howtocorrupt.html sections 1.4 and
 * 2.4). Only stat(2) is used: closing a descriptor would drop SQLite's locks.
 *
 * Thread: note by the one that opens the first connection, before any other.
 */
#ifndef GN_STORE_DRIVER_PLACE_H
#define GN_STORE_DRIVER_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* The database, its log, and the log's index. */
enum { GN_PLACE_FILES = 3 };

/* All zero: nothing noted yet. */
struct gn_place {
    bool noted;
    char path[PATH_MAX]; /* absolute; "": of no file */
    struct {
        bool known;
        dev_t device;
        ino_t inode;
    } files[GN_PLACE_FILES];
};

/* Notes where the files of the database at path (absolute; "": none) are now;
 * those that are not there are not looked for later. */
void gn_place_note(struct gn_place *p, const char *path);

/* What follows the path in the name of the first file that is not the one it
 * was: "", "-wal" or "-shm"; NULL: all are there, as far as can be seen. */
const char *gn_place_lost(const struct gn_place *p);

#endif
