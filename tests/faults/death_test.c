/* death_test.c - a process is killed at each named failure point, while another
 * writes to the same database: what it was told is there, nothing is halfway,
 * and the other waits for no dead. */
#include "store/fixture_test.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "faults/start.h"
#include "garner/garner.h"

static const char *const points[] = {
    "commit.queued", "commit.leads",  "lead.takes",      "apply.commits",
    "lead.ran",      "lead.told",     "wal.checkpoints", "commit.calls_back",
    "commit.closed", "shard.drained", "turn.granted",
};

/* What a child dies of. */
static struct {
    const char *point;
    atomic_uint left; /* times it passes there alive */
} death;

static void die_there(void *unused, const char *point)
{
    (void)unused;
    if (strcmp(point, death.point) != 0)
        return;
    if (atomic_fetch_sub(&death.left, 1) == 1)
        (void)kill(getpid(), SIGKILL);
}

static _Noreturn void live_and_die(struct life *life, int ready)
{
    char byte;

    if (read(ready, &byte, 1) != 1)
        _exit(2);
    gn_fault_set(die_there, NULL);
    (void)life_run(life);
    _exit(life->complaint[0] != '\0');
}

/* Another process writes meanwhile: none of its writes may wait for the dead.
 */
static void write_while_it_lives(pid_t child, int *status)
{
    struct garner_options options;
    struct garner_store *other;
    struct garner_error err;
    pid_t ended = 0;

    garner_options_init(&options);
    options.timeout_ms = 60000;
    if (garner_open(fixture.db, &options, &other, &err) != GARNER_OK ||
        garner_exec(other, "create table if not exists other (a)", NULL, 0,
                    NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    while (ended == 0) {
        if (garner_exec(other, "insert into other values (1)", NULL, 0, NULL,
                        &err) != GARNER_OK)
            fail_msg("beside a dying process: %s", err.message);
        ended = waitpid(child, status, WNOHANG);
    }
    if (garner_exec(other, "insert into other values (2)", NULL, 0, NULL,
                    &err) != GARNER_OK)
        fail_msg("after a dead process: %s", err.message);
    garner_close(other);
}

/* true: it died there; else it came there less than nth times. */
static bool die_at(const char *point, unsigned nth, const struct start *start)
{
    struct life *life = mmap(NULL, sizeof *life, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ready[2];
    int status;
    pid_t child;
    bool died;

    assert_ptr_not_equal(life, MAP_FAILED);
    assert_int_equal(pipe(ready), 0);
    start_life(start, fixture.db, life);
    death.point = point;
    atomic_store(&death.left, nth);
    child = fork(); /* before any thread is started */
    assert_true(child >= 0);
    if (child == 0)
        live_and_die(life, ready[0]);
    assert_int_equal(write(ready[1], "x", 1), 1);
    write_while_it_lives(child, &status);
    close(ready[0]);
    close(ready[1]);
    died = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!died && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        fail_msg("%s: ended with %d: %s", point, status, life->complaint);
    if (!life_audit(life))
        fail_msg("killed at %s, time %u, from %s: %s", point, nth, start->name,
                 life->complaint);
    assert_int_equal(munmap(life, sizeof *life), 0);
    return died;
}

static void a_process_may_die_at_any_point(void **state)
{
    const unsigned most = sweep_rounds(4, 16);
    struct start starts[2];

    (void)state;
    start_empty(&starts[0]);
    start_crashed(&starts[1], fixture.db);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        unsigned deaths = 0;

        for (unsigned nth = 1; nth <= most; nth++)
            deaths += die_at(points[i], nth, &starts[nth % 2]);
        print_message("faults: killed at %s: %u times\n", points[i], deaths);
        assert_true(deaths > 0 || strcmp(points[i], "turn.granted") == 0);
    }
    start_free(&starts[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_process_may_die_at_any_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
