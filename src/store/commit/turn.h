/*
 * turn.h - which process may write: a turnstile of two kernel locks.
 *
 * SQLite's own busy wait sleeps, so with several writing processes it starves
 * some for seconds. Here a process waits in the kernel for the byte "next",
 * then for the byte "turn", and gives "next" back once it has the turn: so at
 * most one waits at the gate, and all others in line behind it. The locks are
 * open file description locks (fcntl(2)) on DATABASE-turn, a file beside the
 * database; the database's own files are never touched. Death of the holder
 * releases them. Foreign writers know nothing of it: SQLite's locks still hold.
 *
 * Thread: try, ask, give by the leader of the write path, one call at a time;
 * granted is called on the turn's own thread, which then is the leader.
 */
#ifndef GN_STORE_COMMIT_TURN_H
#define GN_STORE_COMMIT_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "garner/error.h"
#include "store/commit/holder.h"

struct gn_turn;

/* Opens the turn of the database at path, one for all its names: a symbolic
 * link is followed. granted is called each time the turn was asked for and has
 * come. Errors: NOMEM, IO (the file beside the database
 * cannot be made). */
enum garner_code gn_turn_open(const char *path, void (*granted)(void *context),
                              void *context, struct gn_turn **out,
                              struct garner_error *err);

/* Gives the turn back if it is held, stops waiting for it, and frees it. NULL
 * is fine. In a forked child it only frees what the child has. */
void gn_turn_close(struct gn_turn *t);

/* Takes the turn if no process holds or waits for it. */
bool gn_turn_try(struct gn_turn *t);

/* Waits for the turn on another thread, then calls granted. Errors: NOMEM (no
 * such thread can be started). */
enum garner_code gn_turn_ask(struct gn_turn *t, struct garner_error *err);

/* Gives the turn, which is held, to the next process. */
void gn_turn_give(struct gn_turn *t);

/* true: another process waits for it. */
bool gn_turn_is_wanted(const struct gn_turn *t);

/* Who holds it, as far as it is known: for messages only. Any thread. */
struct gn_holder gn_turn_holder(const struct gn_turn *t);

/* Its holder tells others what it does (pid 0: nothing worth a word). */
void gn_turn_note(const struct gn_turn *t, const struct gn_holder *holder);

/* The turn as another sees it. */
struct gn_turn_seen {
    bool held;
    bool wanted;             /* others wait for it */
    struct gn_holder holder; /* as far as it is known; pid 0: it is not */
};

/* Looks at the turn of the database at path without taking part in it. false:
 * it has none: no garner wrote to it. Any thread. */
bool gn_turn_look(const char *path, struct gn_turn_seen *seen);

/* Any number may attend, from the opening of the turn on: without waiting. Only
 * who attends alone can seclude itself: nobody attends then until it does
 * itself again, or closes the turn. false: others are in the way. */
bool gn_turn_attend(struct gn_turn *t);
bool gn_turn_seclude(struct gn_turn *t);

/* How many forks lie between the start of the program and this process: what
 * was made at another count belongs to the parent. Any thread. */
unsigned gn_turn_forks(void);

#endif
