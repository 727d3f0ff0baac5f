/* call_sweep_test.c - every system call on the database's files fails in turn,
 * once or for good, with each errno it may give: see life.h for what must hold
 * all the same. Needs failing.c in LD_PRELOAD. */
#include "store/fixture_test.h"

#include <dlfcn.h>
#include <errno.h>

#include "faults/failing.h"
#include "faults/start.h"

static const struct failing *failing;

static const struct {
    enum failing_call call;
    const char *name;
    int error;
    bool only_once; /* for good it would be tried for ever, as it should */
} calls[] = {
    {FAILING_OPEN, "open", EIO, false},
    {FAILING_OPEN, "open", EMFILE, false},
    {FAILING_OPEN, "open", ENOSPC, false},
    {FAILING_OPEN, "open", EINTR, true},
    {FAILING_WRITE, "write", EIO, false},
    {FAILING_WRITE, "write", ENOSPC, false},
    {FAILING_WRITE, "write", EINTR, true},
    {FAILING_WRITE, "write", 0, true},
    {FAILING_READ, "read", EIO, false},
    {FAILING_READ, "read", EINTR, true},
    {FAILING_SYNC, "sync", EIO, false},
    {FAILING_SYNC, "sync", ENOSPC, false},
    {FAILING_SYNC, "sync", EINTR, true},
    {FAILING_TRUNCATE, "truncate", EIO, false},
    {FAILING_TRUNCATE, "truncate", EINTR, true},
    {FAILING_LOCK, "lock", EIO, true},
    {FAILING_LOCK, "lock", ENOLCK, true},
    {FAILING_LOCK, "lock", EINTR, true},
    {FAILING_LOCK, "lock", EAGAIN, true},
    {FAILING_MAP, "map", ENOMEM, false},
    {FAILING_STAT, "stat", EIO, false},
    {FAILING_STAT, "stat", EINTR, true},
    {FAILING_UNLINK, "unlink", EIO, false},
    {FAILING_THREAD, "thread", EAGAIN, false},
};

/* SQLite takes a read that gives EIO for damage. */
static bool is_of_files(enum garner_code code)
{
    return code == GARNER_IO || code == GARNER_CORRUPT || code == GARNER_BUSY ||
           code == GARNER_NOMEM || code == GARNER_NOTFOUND;
}

static void heal(void)
{
    (void)failing->stop();
}

static void ignore(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static bool live_with(const struct failing_plan *plan, const char *name,
                      const struct start *start)
{
    struct life life;
    bool met;

    start_life(start, fixture.db, &life);
    life.allows = is_of_files;
    /* Some disks stay as they are to the end, and the store is closed so. */
    life.heals = plan->for_good && plan->nth % 2 == 0 ? NULL : heal;
    failing->start(plan);
    (void)life_run(&life);
    met = failing->stop() > 0;
    if (!life_audit(&life))
        fail_msg("%s %u failing with %s %s, from %s: %s", name, plan->nth,
                 plan->error != 0 ? strerrorname_np(plan->error) : "half",
                 plan->for_good ? "for good" : "once", start->name,
                 life.complaint);
    return met;
}

static unsigned sweep(struct failing_plan plan, const char *name,
                      const struct start *start)
{
    unsigned failed = 0;
    int missed = 0;

    for (plan.nth = 1; missed < 3; plan.nth = sweep_next(plan.nth, 15, 19)) {
        if (live_with(&plan, name, start)) {
            failed++;
            missed = 0;
        } else {
            missed++;
        }
    }
    return failed;
}

static void sweep_all(const struct start *start)
{
    garner_set_log(ignore, NULL);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct failing_plan plan = {
            .call = calls[i].call,
            .in = calls[i].call == FAILING_THREAD ? "" : fixture.folder,
            .error = calls[i].error};
        const unsigned once = sweep(plan, calls[i].name, start);
        unsigned for_good = 0;

        plan.for_good = true;
        if (!calls[i].only_once)
            for_good = sweep(plan, calls[i].name, start);
        print_message("faults: %s, %s, from %s: %u times once, %u for good\n",
                      calls[i].name,
                      plan.error != 0 ? strerrorname_np(plan.error) : "half",
                      start->name, once, for_good);
    }
    garner_set_log(NULL, NULL);
}

static void no_failing_call_harms_a_new_database(void **state)
{
    struct start start;

    (void)state;
    if (failing == NULL)
        skip();
    start_empty(&start);
    sweep_all(&start);
}

static void no_failing_call_harms_one_that_was_left_by_a_crash(void **state)
{
    struct start start;

    (void)state;
    if (failing == NULL)
        skip();
    start_crashed(&start, fixture.db);
    sweep_all(&start);
    start_free(&start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_failing_call_harms_a_new_database),
        TEST(no_failing_call_harms_one_that_was_left_by_a_crash),
    };

    failing = dlsym(RTLD_DEFAULT, "failing");
    if (failing == NULL)
        print_message(
            "skipped: LD_PRELOAD does not name failing.c's library\n");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
