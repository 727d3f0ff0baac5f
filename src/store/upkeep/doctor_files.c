#include "store/upkeep/doctor_files.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/unit.h"
#include "store/commit/turn.h"
#include "store/driver/filesystem.h"
#include "store/upkeep/locks.h"

/* Less free space than this is too little: a log and a checkpoint need some. */
#define LEAST_FREE_BYTES ((int64_t)100 << 20)
/* Longer than any wait for it is by default. */
#define LONG_TURN_NS (INT64_C(30) * 1000000000)

static int64_t size_of(const char *path, const char *suffix)
{
    char name[PATH_MAX + 16];
    struct stat st;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void tell_file_system(const char *path, bool allowed,
                             const struct gn_teller *t)
{
    const struct gn_filesystem fs = gn_filesystem_of(path);

    if (fs.network)
        gn_finding(t, allowed ? GARNER_WARNING : GARNER_PROBLEM, "file_system",
                   "a log loses data there if two machines open the database; "
                   "move it to a local disk",
                   "%s", fs.name);
    else if (fs.name[0] != '\0')
        gn_finding(t, GARNER_FINE, "file_system", "", "%s", fs.name);
    else
        gn_finding(t, GARNER_FINE, "file_system", "",
                   "of a kind that is not known, 0x%lx", fs.type);
}

static void tell_free_space(const char *path, const struct gn_teller *t)
{
    struct statvfs fs;
    int64_t bytes;
    char text[32];

    if (statvfs(path, &fs) != 0)
        return;
    bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    gn_unit_format_size(bytes, text);
    gn_finding(t, bytes < LEAST_FREE_BYTES ? GARNER_WARNING : GARNER_FINE,
               "free_space",
               bytes < LEAST_FREE_BYTES
                   ? "on a full disk nothing can be written; free some"
                   : "",
               "%s", text);
}

/* Returns whether the log is longer than it should be. */
static bool tell_sizes(const char *path, const struct garner_options *options,
                       const struct gn_teller *t)
{
    const int64_t log = size_of(path, "-wal");
    const bool is_long = log > (int64_t)options->wal_most_bytes;
    char text[32];

    gn_unit_format_size(size_of(path, ""), text);
    gn_finding(t, GARNER_FINE, "size", "", "%s", text);
    gn_unit_format_size(log > 0 ? log : 0, text);
    gn_finding(t, is_long ? GARNER_WARNING : GARNER_FINE, "log",
               is_long ? "somebody keeps it from starting anew (readers); or "
                         "nobody copies it: garner checkpoint --truncate"
                       : "",
               "%s", text);
    return is_long;
}

static void tell_locks(const char *path, bool is_long,
                       const struct gn_teller *t)
{
    struct gn_locks_holder none;
    char who[300];

    if (gn_locks_find(path, &none, 0) < 0) {
        gn_finding(t, GARNER_FINE, "readers", "",
                   "not known: the system has no /proc/locks");
        return;
    }
    if (!gn_locks_name(path, GN_LOCKS_READERS, who, sizeof who))
        snprintf(who, sizeof who, "none");
    else if (is_long) {
        gn_finding(t, GARNER_WARNING, "readers",
                   "while one of them reads on, the log cannot start anew; "
                   "end what has been reading for long",
                   "%s", who);
        snprintf(who, sizeof who, "%s", "");
    }
    if (who[0] != '\0')
        gn_finding(t, GARNER_FINE, "readers", "", "%s", who);
    if (!gn_locks_name(path, GN_LOCKS_WRITERS, who, sizeof who))
        snprintf(who, sizeof who, "none");
    gn_finding(t, GARNER_FINE, "writer", "", "%s", who);
}

static void tell_turn(const char *path, const struct gn_teller *t)
{
    struct gn_turn_seen seen;
    int64_t held_ns;
    bool is_long;

    if (!gn_turn_look(path, &seen)) {
        gn_finding(t, GARNER_FINE, "turn", "", "no garner has written yet");
        return;
    }
    if (!seen.held) {
        gn_finding(t, GARNER_FINE, "turn", "", "free");
        return;
    }
    held_ns = gn_clock_monotonic_ns() - seen.holder.since_ns;
    is_long = held_ns > LONG_TURN_NS;
    gn_finding(t, is_long ? GARNER_WARNING : GARNER_FINE, "turn",
               is_long ? "other garners cannot write; end its transaction" : "",
               "process %" PRId64 ", for %" PRId64 " ms%s%s%.*s",
               seen.holder.pid, held_ns / 1000000,
               seen.wanted ? ", and others wait" : "",
               seen.holder.sql[0] != '\0' ? ": " : "", GN_HOLDER_SQL - 1,
               seen.holder.sql);
}

void gn_doctor_files(const char *path, const struct garner_options *options,
                     const struct gn_teller *t)
{
    const bool external = options->checkpoint == GARNER_CHECKPOINT_EXTERNAL;
    char real[PATH_MAX];
    bool is_long;

    /* What lies beside it is named after the file that a link leads to. */
    if (realpath(path, real) != NULL)
        path = real;
    tell_file_system(path, options->network_fs, t);
    if (size_of(path, "") < 0)
        return; /* opening it will say why */
    tell_free_space(path, t);
    is_long = tell_sizes(path, options, t);
    /* Who ships the log reads all the time. */
    tell_locks(path, is_long && !external, t);
    tell_turn(path, t);
}
