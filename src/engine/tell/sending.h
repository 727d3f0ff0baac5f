/*
 * sending.h - messages on their way: one of a hook's, or those that a notifier
 * hears at once, by a command or a request; until the store knows what came of
 * it. A hook that is a command is over however it ends; whatever else fails is
 * sent again, less and less often, for a day.
 *
 * Thread: the loop's.
 */
#ifndef GN_ENGINE_TELL_SENDING_H
#define GN_ENGINE_TELL_SENDING_H

#include <stdbool.h>
#include <sys/queue.h>
#include <uv.h>

#include "base/arena.h"
#include "config/config.h"
#include "engine/tell/outbox.h"
#include "fetch/fetcher.h"
#include "garner/store.h"
#include "hook/child.h"

struct gn_sending;

/* What all sendings of an engine share; borrowed by each until it has ended. */
struct gn_sending_way {
    uv_loop_t *loop;
    struct garner_store *store;
    struct gn_fetcher *fetcher;
    /* It is over, and to be freed. OK: the store knows what came of it; else it
     * is as if it had never been sent. Never from within gn_sending_begin. */
    void (*ended)(void *context, struct gn_sending *s, enum garner_code code);
    void *context;
    uint64_t random;
};

struct gn_sending {
    TAILQ_ENTRY(gn_sending) next; /* for whoever began it */
    struct gn_message *messages;  /* count of them, at least one */
    size_t count;

    /* sending.c's */
    struct gn_sending_way *way;
    const struct gn_reach *reach; /* NULL: nobody is to hear of it any more */
    const char *folder;           /* where a command runs; NULL: here */
    const char **secrets;         /* that it may repeat; NULL at the end */
    struct gn_arena memory;
    struct gn_buf body;           /* what is said */
    struct gn_child *child;       /* while a command runs */
    struct gn_target *target;     /* of a request ... */
    struct gn_transfer *transfer; /* ... under way */
    bool given_up;
    bool went_well;
    bool is_over;
    int64_t at_us; /* when it ended, or is to be sent again */
    struct gn_buf outcome;
    struct gn_buf output;
    uv_work_t work; /* tells the store: another thread's meanwhile */
    enum garner_code code;
    struct garner_error err;
};

/* Sends count messages, which are moved out of the array, to reach (borrowed;
 * NULL: they are only done with). secrets: what may not be told of what a
 * command says, beside what it was given itself; NULL at the end; or NULL.
 * path: of the configuration that it comes from, whose folder is a command's;
 * NULL: none. NULL: no memory, and nothing was moved. */
struct gn_sending *gn_sending_begin(struct gn_sending_way *way,
                                    struct gn_message *messages, size_t count,
                                    const struct gn_reach *reach,
                                    const char *const *secrets,
                                    const char *path);

/* Ends it soon, and as if it had never been sent, unless it goes well still. */
void gn_sending_give_up(struct gn_sending *s);

/* Once it has ended. */
void gn_sending_free(struct gn_sending *s);

#endif
