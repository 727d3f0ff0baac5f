/*
 * event_loop.c - a program with an event loop never waits for the disk: it
 * submits what is to be stored, and hears in its loop when that has happened.
 * Any loop will do that can watch a descriptor; this one is poll(2).
 *
 *   cc event_loop.c $(pkg-config --cflags --libs garner) && ./a.out my.db
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <garner/garner.h>

enum { EVENTS = 100, EVERY_NS = 1000000 };

static struct garner_error err;

static void must(enum garner_code code)
{
    if (code != GARNER_OK) {
        fprintf(stderr, "%s: %s\n", garner_code_name(code), err.message);
        exit(1);
    }
}

/* On a thread of the store: only tells the loop. */
static void stored(void *context, const struct garner_result *result,
                   const struct garner_error *failure)
{
    const uint64_t one = 1;

    (void)result;
    if (failure != NULL)
        fprintf(stderr, "not stored: %s\n", failure->message);
    (void)!write(*(int *)context, &one, sizeof one);
}

/* Something happened: it is handed over, and the loop goes on at once. */
static void on_timer(struct garner_store *store, int *wake)
{
    struct garner_batch *batch;

    must(garner_batch_new(&batch, &err));
    must(garner_batch_add(batch, "insert into event values (datetime())", NULL,
                          0, &err));
    must(garner_submit(store, batch, stored, wake, &err));
}

int main(int argc, char **argv)
{
    const struct itimerspec every = {{0, EVERY_NS}, {0, EVERY_NS}};
    int wake = eventfd(0, EFD_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct pollfd watched[] = {{timer, POLLIN, 0}, {wake, POLLIN, 0}};
    struct garner_store *store;
    uint64_t submitted = 0;
    uint64_t done = 0;
    uint64_t n;

    must(garner_open(argc > 1 ? argv[1] : "events.db", NULL, &store, &err));
    must(garner_exec(store, "create table if not exists event (at)", NULL, 0,
                     NULL, &err));
    if (wake < 0 || timerfd_settime(timer, 0, &every, NULL) != 0)
        return 1;
    while (done < EVENTS && poll(watched, 2, -1) > 0) {
        if ((watched[0].revents & POLLIN) != 0 &&
            read(timer, &n, sizeof n) == sizeof n && submitted < EVENTS) {
            on_timer(store, &wake);
            submitted++;
        }
        if ((watched[1].revents & POLLIN) != 0 &&
            read(wake, &n, sizeof n) == sizeof n)
            done += n; /* as many are on the disk */
    }
    printf("%llu events stored\n", (unsigned long long)done);
    garner_close(store);
    close(timer);
    close(wake);
    return 0;
}
