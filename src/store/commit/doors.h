/*
 * doors.h - what is done with the tickets that a shard's gate has bounced:
 * sent to another shard, run here after all, or refused; always in the order
 * in which they came.
 *
 * A slot is given as in a ticket: + 1, or 0 for all slots.
 *
 * Thread: the router's (router.h). Each call takes the commit's lock.
 */
#ifndef GN_STORE_COMMIT_DOORS_H
#define GN_STORE_COMMIT_DOORS_H

#include "store/commit/commit.h"

/* Copies the doors. */
void gn_doors_read(struct gn_commit *c, uint8_t doors[GARNER_SLOTS + 1]);

/* Moves what was bounced for a slot to the end of *list. true: and nothing else
 * is left for it, so that its door is SHUT now. */
bool gn_doors_empty(struct gn_commit *c, unsigned slot,
                    struct gn_tickets *list);

/* Opens the door that a slot comes in by. */
void gn_doors_open(struct gn_commit *c, unsigned slot);

/* Queues what another shard bounced, whatever room there is. */
void gn_doors_adopt(struct gn_commit *c, struct gn_tickets *list);

/* A slot stays: what was bounced for it goes back to the head of the queue, and
 * the door is OPEN. */
void gn_doors_reopen(struct gn_commit *c, unsigned slot);

/* A slot is out of reach: ends what was bounced for it with the error *why;
 * what comes now is tried again. */
void gn_doors_refuse(struct gn_commit *c, unsigned slot,
                     const struct garner_error *why);

/* Nobody sends on any more: ends all that was bounced with *why, and what is
 * barred from now on fails by itself. */
void gn_doors_close(struct gn_commit *c, const struct garner_error *why);

#endif
