/*
 * plan.h - what one run of a benchmark program does, from its command line,
 * and the row that all of them write.
 */
#ifndef GN_BENCH_PLAN_H
#define GN_BENCH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

struct plan {
    const char *mode; /* what the program shall do; its own words */
    const char *db;   /* a file that does not exist yet, unless joining */
    unsigned threads;
    double seconds;     /* how long the threads work ... */
    uint64_t rows_each; /* ... or how many rows each has to write; 0: timed */
    bool normal;        /* committed, not synced: PRAGMA synchronous=NORMAL */
    unsigned batch;     /* rows handed over together */
    int wal_pages;      /* raw peer: automatic checkpoint; 0: never */
    int64_t join_ns;    /* beside other processes: begin then, by the monotonic
                           clock, on a database that is there; 0: alone */
};

/* Reads `MODE -d FILE [-t N] [-s SECONDS | -r ROWS-EACH] [-n] [-b N] [-w
 * PAGES] [-j BEGIN-NS]`. Ends the program with a message when it is wrong.
 * Borrows argv. */
struct plan plan_read(int argc, char **argv);

/* One column of each type that a fetch leaves: ids differ, the rest stays, so
 * that a run measures the store and not snprintf. */
#define ROW_TABLE                                                              \
    "create table row (id integer, time text, url text, status integer, "      \
    "body blob)"
#define ROW_INSERT "insert into row values (?, ?, ?, ?, ?)"
#define ROW_COUNT  "select count(*) from row"
#define ROW_TIME   "2026-11-23T02:16:00.123Z"
#define ROW_URL    "https://api.example.org/v1/ticker?symbols=ABC,XYZ"
enum { ROW_STATUS = 200, ROW_BODY = 200 };

extern const char row_body[ROW_BODY];

/* Ends the program: "bench: what: why". */
_Noreturn void die(const char *what, const char *why);

#endif
