/*
 * locks.h - which processes hold SQLite's locks on a database, as the kernel
 * lists them in /proc/locks: nothing of the database is opened.
 *
 * In a log's index one byte is locked by who writes, one by who checkpoints,
 * and five by those who read (https://sqlite.org/walformat.html#locks); a
 * reader's lock keeps the log from starting anew. Processes of other machines,
 * and of other containers, are not listed. The list is read in pieces, between
 * which the locks of the whole system come and go, so that some may be missed:
 * it is read several times over.
 *
 * Thread: any.
 */
#ifndef GN_STORE_UPKEEP_LOCKS_H
#define GN_STORE_UPKEEP_LOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { GN_LOCKS_NAME = 17 };

struct gn_locks_holder {
    pid_t pid;
    char name[GN_LOCKS_NAME]; /* of the program, as comm in proc(5); "": gone */
    bool reads;
    bool writes;
    bool checkpoints;
};

/* Fills in up to max processes that hold locks on the database at path, but
 * those that merely have it open; returns how many, or -1: the system does not
 * tell. */
int gn_locks_find(const char *path, struct gn_locks_holder *holders,
                  size_t max);

/* Of them: who reads (or writes), as "1234 (python3), this process" in text;
 * false: nobody, or it is not known. */
enum gn_locks_kind { GN_LOCKS_READERS, GN_LOCKS_WRITERS };
bool gn_locks_name(const char *path, enum gn_locks_kind kind, char *text,
                   size_t size);

/* Adds what one line of /proc/locks says of the index whose inode is index, to
 * holders[0..*count), of max places; more are left out. Pure. */
void gn_locks_line(const char *line, ino_t index,
                   struct gn_locks_holder *holders, int *count, size_t max);

#endif
