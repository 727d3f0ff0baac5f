/*
 * disk.h - a disk that can lose its power: a watch for the shim (shim.h) that
 * knows what was written and not yet synced.
 *
 * When the power goes, each sector of 512 bytes holds what it held at its last
 * sync or after any of the writes since; so does the size of a file; and a name
 * that was made or removed may be there or not, until the file is synced. What
 * was synced is there.
 *
 * Thread: disk_start and disk_stop by one, while no file is open; calls come
 * from all.
 */
#ifndef FAULTS_DISK_H
#define FAULTS_DISK_H

#include <stdint.h>

#include "faults/image.h"

/* Called once, on the thread whose call the power meets, before that call is
 * done. */
typedef void disk_cut(void *context);

struct disk_plan {
    const char *path; /* of the database; its log is meant with it */
    uint64_t seed;
    unsigned cut_at;     /* the number of the call that meets it, from 1 */
    unsigned sync_fails; /* one sync in so many fails; 0: none */
    disk_cut *cut;       /* may be NULL */
    void *context;
};

/* What lies at plan->path now counts as synced. */
void disk_start(const struct disk_plan *plan);

/* Ends it; gives what was on the disk when the power went, which was now if it
 * was not before. */
struct image disk_stop(void);

/* Syncs that failed since disk_start. */
unsigned disk_failed_syncs(void);

#endif
