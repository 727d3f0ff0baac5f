/*
 * status.h - how the engine is doing, in numbers: a copy taken at one instant,
 * for the live screen, /status.json and /metrics.
 */
#ifndef GN_ENGINE_STATUS_H
#define GN_ENGINE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "garner/store.h"
#include "schedule/due.h"

enum gn_phase { GN_PHASE_STARTING, GN_PHASE_RUNNING, GN_PHASE_DRAINING };

struct gn_totals {
    uint64_t due;            /* slots that came */
    uint64_t started;        /* fetches begun */
    uint64_t missed_overlap; /* due = started + the five missed */
    uint64_t missed_late;
    uint64_t missed_refused;
    uint64_t missed_waiting;
    uint64_t missed_stopped;
    uint64_t retried;          /* fetches begun besides, to try again */
    uint64_t fetched;          /* fetches ended, failed ones too */
    uint64_t fetch_failed;     /* no usable answer */
    uint64_t http_errors;      /* a whole answer of status 400 and up */
    uint64_t extract_failed;   /* no rows of it, or none that can be written */
    uint64_t store_failed;     /* the store refused the rows, or all of it */
    uint64_t stored;           /* runs acknowledged by the store */
    uint64_t rows;             /* rows handed to the store */
    uint64_t bytes;            /* body bytes, decoded */
    uint64_t bodies_unchanged; /* not stored again */
    uint64_t not_modified;     /* answers of 304 */
    uint64_t unexpected;       /* answers that were not as expected */
    uint64_t passing;          /* failures that were to be tried again */
};

/* The URLs of a source that has many, in its pass over them. */
struct gn_pages {
    uint64_t total;  /* 0: it has one, or they are not known yet */
    uint64_t left;   /* to be done in this pass; 0: it is over */
    uint64_t failed; /* given up in it */
};

struct gn_status {
    enum gn_phase phase;
    int64_t started_wall_us;
    int64_t now_wall_us;
    size_t sources;
    size_t stale;          /* gauge: sources whose last good run is too old */
    size_t fetching;       /* gauge */
    size_t extracting;     /* gauge */
    size_t storing;        /* gauge */
    size_t body_bytes;     /* gauge: bodies in memory between fetch and store */
    int64_t next_due_us;   /* from now; INT64_MAX: nothing is due any more */
    struct gn_pages pages; /* of all sources that have many */
    struct gn_totals totals;
    struct gn_histogram lateness; /* start - due, microseconds */
    struct gn_histogram latency;  /* of fetches, microseconds */
    struct garner_stats store;
    int64_t resident_bytes;
};

/* Adds what another loop of the same engine and store, at the same instant,
 * says. */
void gn_status_add(struct gn_status *status, const struct gn_status *other);

/* What became of a fetch that was asked for by hand. */
struct gn_asked_run {
    bool failed;
    int status; /* HTTP; 0: none */
    int64_t duration_us;
    int64_t bytes;  /* below 0: none */
    int64_t rows;   /* below 0: none made */
    uint64_t pages; /* of a source with many URLs: asked for; 0: it has one */
    uint64_t failures; /* of those */
    char error[160];   /* "" if it went well */
};

/* The fetches of a source that were asked for by hand. */
struct gn_asked {
    uint64_t begun;    /* the number of the last one that has: 1, 2 ... */
    uint64_t answered; /* of the last one that has ended, and how: */
    struct gn_asked_run last;
    bool waits; /* one more is to begin */
    bool whole; /* ... whatever the version */
};

/* Why a source is fetched next when it is. */
enum gn_next {
    GN_NEXT_NEVER,
    GN_NEXT_SLOT,    /* its schedule's */
    GN_NEXT_FRESH,   /* the same, put off as long as its answer is fresh */
    GN_NEXT_AGAIN,   /* it is tried again, after a failure */
    GN_NEXT_ASKED,   /* it was asked for by hand */
    GN_NEXT_PAUSED,  /* it is paused */
    GN_NEXT_CHANGED, /* as another configuration has it, when this has ended */
    GN_NEXT_GONE,    /* another configuration has it no more */
};

/* How one source stands. */
struct gn_standing {
    char url[160]; /* as below */
    bool paused;
    bool running;
    bool waits_for_host; /* ... but it does not fetch yet: */
    int64_t host_us;     /* until then, about, from now; INT64_MAX: until a
                            fetch from that host has ended */
    enum gn_next next;
    int64_t next_us;      /* from now; INT64_MAX: never, as things are */
    int64_t jitter_us;    /* what of that is jitter */
    int64_t off_us;       /* it is put off so long from now; 0: it is not */
    enum gn_miss off_for; /* ... for that */
    bool has_age;         /* it has a max_age: */
    bool stale;           /* its last good run is older */
    int64_t good_us;      /* that ended so long ago; INT64_MAX: none is known */
    uint64_t runs;        /* since the start */
    uint64_t failures;
    uint64_t missed;
    struct gn_asked asked;
};

/* One source's line. Texts are copies that live in the snapshot. */
struct gn_source_status {
    char name[64];        /* cut to fit */
    char url[160];        /* without password, cut to fit */
    char error[160];      /* of the last run; "" if it went well */
    const char *failure;  /* of the last run: a static word; NULL: none */
    int status;           /* HTTP, of the last run; 0: none */
    int64_t max_age_ms;   /* of the last good run; 0: any */
    int64_t good_us;      /* end of that; 0: none yet, or max_age_ms is 0 */
    bool stale;           /* it is older */
    int64_t last_wall_us; /* start of the last run; 0: none yet */
    int64_t last_duration_us;
    int64_t last_bytes;
    int64_t next_due_us; /* from now; INT64_MAX: never */
    uint64_t runs;
    uint64_t failures; /* runs with an error */
    uint64_t rows;
    uint64_t missed;
    struct gn_pages pages;
};

/* How many sources another configuration has that are ... */
struct gn_changes {
    size_t added;
    size_t changed;
    size_t removed; /* it has them no more */
    size_t same;
};

#endif
