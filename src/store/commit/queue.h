/*
 * queue.h - tickets in order of arrival, and which of them a group takes.
 *
 * Thread: whoever holds the lock of the commit it is part of.
 */
#ifndef GN_STORE_COMMIT_QUEUE_H
#define GN_STORE_COMMIT_QUEUE_H

#include "store/commit/batch.h"
#include "store/commit/group.h"

TAILQ_HEAD(gn_tickets, gn_ticket);

struct gn_queue {
    struct gn_tickets all;     /* oldest first */
    struct gn_tickets waiters; /* those of them whose thread waits */
    size_t statements;         /* of all */
    size_t bytes;              /* of all */
    size_t batches;            /* of all */
    size_t submitted;          /* of all: those that no thread waits for */
    int64_t oldest_ns;         /* when the oldest submitted one came */
};

void gn_queue_init(struct gn_queue *q);

/* Appends t at now_ns; or puts it back before all others. */
void gn_queue_push(struct gn_queue *q, struct gn_ticket *t, int64_t now_ns);
void gn_queue_put_back(struct gn_queue *q, struct gn_ticket *t);

/* Removes t, which is in it. */
void gn_queue_remove(struct gn_queue *q, struct gn_ticket *t);

/* Moves the oldest tickets that may share a transaction into group[], which has
 * limits->statements places, and marks them taken; returns how many. A ticket
 * that holds is taken only if it is own, the taker's, and none behind it before
 * it is. */
size_t gn_queue_take(struct gn_queue *q, const struct gn_group_limits *limits,
                     const struct gn_ticket *own, struct gn_ticket **group);

#endif
