/*
 * life.h - all that a program does with a store in its life, with a ledger of
 * what it was told, and the audit that compares the ledger with the file.
 *
 * A life opens a store, writes from two threads in every way there is, reads,
 * flushes and closes. Whatever fails meanwhile, each call must give OK or one
 * of the errors that the caller allows, with a message; and the file must hold
 * every batch that was acknowledged and nothing of one that failed.
 *
 * Thread: one, besides those that life_run starts and ends.
 */
#ifndef FAULTS_LIFE_H
#define FAULTS_LIFE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <garner/garner.h>

enum { LIFE_BATCHES = 64 };

enum life_outcome {
    LIFE_NOTHING, /* never tried, or failed: no row of it may be there */
    LIFE_MAYBE,   /* under way when the life was cut off, or queued when a flush
                     failed: all of it may be there, or nothing */
    LIFE_QUEUED,  /* the same; a flush will tell */
    LIFE_KEPT,    /* acknowledged: all of it must be there */
};

struct life {
    /* set by the caller */
    const char *path;
    struct garner_options options;
    bool (*allows)(enum garner_code code); /* as an error; NULL: none */
    void (*heals)(void); /* ends all faults: from then on all must go well */
    void (*leaves)(struct life *life); /* before the store is closed */

    /* the ledger, kept from life to life on the same file */
    atomic_int count; /* of batches begun */
    atomic_int rows[LIFE_BATCHES];
    atomic_int outcomes[LIFE_BATCHES];

    /* what went wrong first; "" : nothing */
    char complaint[400];
    atomic_int errors; /* calls that failed, as allowed */
    atomic_bool has_table;
    struct garner_store *store;
};

/* Options that make the most happen in a short life. */
void life_init(struct life *life, const char *path);

/* One life. true: no call failed. */
bool life_run(struct life *life);

/* Looks at the file as any other program would, once nobody has it open.
 * false: life->complaint says what is wrong. */
bool life_audit(struct life *life);

#endif
