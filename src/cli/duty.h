/*
 * duty.h - what makes a process the collector of a store: the lock that it
 * alone has, and the socket at which it is asked.
 */
#ifndef GN_CLI_DUTY_H
#define GN_CLI_DUTY_H

#include "cli/verbs.h"

/* All zero is none. */
struct gn_duty {
    char *control; /* where the socket is to be; NULL: a store in memory */
    int lock;
    bool taken;
    struct gn_desk *desk;
    struct gn_verbs verbs; /* while the desk is open */
};

/* Takes the lock of the store, which is there. gn_duty_end gives it back, after
 * an error, too. Errors: BUSY (there is a collector: the message says which),
 * IO, NOMEM. */
enum garner_code gn_duty_take(const char *store, struct gn_duty *duty,
                              struct garner_error *err);

/* Answers for that engine from now on. Where no socket can be made, it only
 * logs that: the collector collects all the same. */
void gn_duty_answer(struct gn_duty *duty, const struct gn_verbs *verbs);

/* Answers no more; before the engine is freed. */
void gn_duty_silence(struct gn_duty *duty);

void gn_duty_end(struct gn_duty *duty);

#endif
