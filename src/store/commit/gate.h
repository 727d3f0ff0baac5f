/*
 * gate.h - which of the tickets in the queue of a shard may be run there. What
 * is for a slot that another shard has, or that is on its way to one, is
 * barred: it has no effect, and whoever sent it sends it where it belongs
 * (router.h).
 *
 * The slots change only in transactions of garner's, and those are made with
 * the turn to write: so they are read once a turn, not once a group.
 *
 * A thread that waits is told that its ticket moved. A submitted one is kept in
 * bounced, and its slot's door is HELD: all that comes behind it for that slot
 * is barred too, until those before it were sent on, so that they stay in
 * order. Then the door is SHUT, and nobody of this process comes any more; or
 * OPEN again, if the slot stayed.
 *
 * Thread: the leader's; what concerns doors, whoever holds the commit's lock.
 */
#ifndef GN_STORE_COMMIT_GATE_H
#define GN_STORE_COMMIT_GATE_H

#include "store/commit/queue.h"
#include "store/farm/slots.h"

enum gn_door { GN_DOOR_OPEN, GN_DOOR_HELD, GN_DOOR_SHUT };

struct gn_gate {
    /* the leader's */
    bool known; /* slots are as the database has them */
    unsigned moving;
    struct gn_slots slots;

    /* guarded by the commit's lock */
    void (*wake)(void *context); /* called when there is something in bounced;
                                    NULL: nobody sends on, so that fails */
    void *context;
    struct gn_tickets bounced;       /* in order */
    uint8_t doors[GARNER_SLOTS + 1]; /* by a ticket's slot, 0: all slots */
};

/* Gives a gate if c's database is a shard of a farm, else NULL. Errors: NOMEM,
 * those of reading. */
enum garner_code gn_gate_new(struct gn_sqlite *c, struct gn_gate **out,
                             struct garner_error *err);
/* NULL is fine. */
void gn_gate_free(struct gn_gate *g);

/* Reads the slots, if they are not known. */
enum garner_code gn_gate_look(struct gn_gate *g, struct gn_sqlite *c,
                              struct garner_error *err);

/* With the slots known and the commit's lock held: moves the tickets of
 * group[0..count) that may be run to the front, in order, behind them those of
 * threads to be told (marked as moved), and leaves out those it keeps in
 * bounced. Returns how many may be run, and in *barred how many are to be told.
 */
size_t gn_gate_sort(struct gn_gate *g, struct gn_ticket **group, size_t count,
                    size_t *barred);

/* Marks t as moved, and fills *err. */
enum garner_code gn_gate_bar(struct gn_ticket *t, struct garner_error *err);

/* With the commit's lock held: t may not even enter the queue. */
bool gn_gate_is_shut(const struct gn_gate *g, const struct gn_ticket *t);

#endif
