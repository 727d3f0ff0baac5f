/* sending_test.c - messages on their way, on a loop of their own: by a command,
 * by a request, given up, and without memory. */
#include <signal.h>

#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/tell/outbox.h"
#include "engine/tell/sending.h"

/* A loop with a fetcher, and a store with one message in its outbox. */
struct desk {
    struct world *w;
    uv_loop_t loop;
    struct gn_fetcher *fetcher;
    struct gn_sending_way way;
    int ends;
    enum garner_code code; /* of the last end */
};

static void ended(void *context, struct gn_sending *s, enum garner_code code)
{
    struct desk *d = context;

    d->ends++;
    d->code = code;
    gn_sending_free(s);
    gn_fetcher_close(d->fetcher);
    d->fetcher = NULL;
}

static struct desk *open_desk(const char *to)
{
    const struct gn_fetcher_options options = {0};
    struct desk *d = calloc(1, sizeof *d);
    char sql[300];

    assert_non_null(d);
    d->w = begin(NULL, NULL);
    assert_int_equal(run(d->w), GARNER_OK); /* makes the tables */
    store_runs(d->w, "insert into garner_source (id, name, url)"
                     " values (1, 'a', 'u')");
    snprintf(sql, sizeof sql,
             "insert into garner_outbox (source, event, recipient, text,"
             " created, due) values (1, 'error', %s, 'it fails',"
             " cast(unixepoch('now') as integer) * 1000000, 0)",
             to);
    store_runs(d->w, sql);
    assert_int_equal(uv_loop_init(&d->loop), 0);
    assert_int_equal(gn_fetcher_new(&d->loop, &options, &d->fetcher, NULL),
                     GARNER_OK);
    d->way = (struct gn_sending_way){.loop = &d->loop,
                                     .store = d->w->store,
                                     .fetcher = d->fetcher,
                                     .ended = ended,
                                     .context = d};
    return d;
}

static void close_desk(struct desk *d)
{
    if (d->fetcher != NULL)
        gn_fetcher_close(d->fetcher);
    assert_int_equal(uv_run(&d->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&d->loop), 0);
    end(d->w);
    free(d);
}

/* Of the source. */
static const char *const others[] = {"of the source", NULL};

static struct gn_sending *send_it(struct desk *d, const char *to,
                                  const struct gn_reach *reach,
                                  const char *path)
{
    struct gn_message m;
    struct gn_sending *s;
    size_t count;

    assert_int_equal(gn_outbox_read(d->w->store, to, 1, 1, &m, &count, NULL),
                     GARNER_OK);
    assert_int_equal(count, 1);
    s = gn_sending_begin(&d->way, &m, 1, reach, others, path);
    if (s == NULL)
        gn_message_fini(&m);
    return s;
}

/* Sends it, and runs the loop until it has ended. */
static void sent(struct desk *d, const char *to, const struct gn_reach *reach)
{
    assert_non_null(send_it(d, to, reach, "/usr/f.yaml"));
    assert_int_equal(uv_run(&d->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(d->ends, 1);
}

#define STATE                                                                  \
    "select (done is not null) || ' ' || tries || ' ' || outcome || ' ' ||"    \
    " coalesce(output, '-') from garner_outbox"

static void a_command_runs_beside_its_file(void **state)
{
    static const char *const argv[] = {"sh", "-c", "pwd; exit 4", NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};
    struct desk *d = open_desk("null");

    (void)state;
    sent(d, NULL, &reach);
    assert_int_equal(d->code, GARNER_OK);
    assert_asked(d->w, STATE, "1 0 exit status 4 /usr\n");
    close_desk(d);
}

/* Neither its own nor the source's, nor one that the cut goes through. */
static void no_secret_is_kept_of_what_it_says(void **state)
{
    static const char *const argv[] = {
        "sh", "-c",
        "echo \"<$TOKEN> <of the source>\"; head -c 16350 /dev/zero |"
        " tr '\\0' .; echo \"$TOKEN\"; exit 4",
        NULL};
    static const char *const env[] = {"TOKEN=s3cr3t-t0ken", NULL};
    static const char *const own[] = {"s3cr3t-t0ken", NULL};
    const struct gn_reach reach = {
        .argv = argv, .env = env, .timeout_ms = LONG_MS, .secrets = own};
    struct desk *d = open_desk("null");

    (void)state;
    sent(d, NULL, &reach);
    assert_asked(d->w, "select replace(output, '.', '') from garner_outbox",
                 "<***> <***>\n***\n[cut]");
    close_desk(d);
}

/* What is wrong is told without it, too. */
static void no_secret_is_kept_of_one_that_cannot_run(void **state)
{
    static const char *const argv[] = {"/no/s3cr3t-t0ken", NULL};
    static const char *const own[] = {"s3cr3t-t0ken", NULL};
    const struct gn_reach reach = {
        .argv = argv, .timeout_ms = LONG_MS, .secrets = own};
    struct desk *d = open_desk("null");

    (void)state;
    sent(d, NULL, &reach);
    assert_has(ask(d->w, "select outcome from garner_outbox"),
               "/no/*** cannot");
    close_desk(d);
}

/* A notifier's command is tried again, later. */
static void a_notifier_that_fails_is_told_again(void **state)
{
    static const char *const argv[] = {"sh", "-c", "cat; exit 1", NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};
    struct desk *d = open_desk("'ops'");

    (void)state;
    sent(d, "ops", &reach);
    assert_int_equal(d->code, GARNER_OK);
    assert_asked(d->w, STATE, "0 1 exit status 1 -");
    assert_asked(d->w, "select due > created from garner_outbox", "1");
    close_desk(d);
}

static void after_a_day_it_is_over(void **state)
{
    static const char *const argv[] = {"false", NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};
    struct desk *d = open_desk("'ops'");

    (void)state;
    store_runs(d->w, "update garner_outbox set created = 1");
    sent(d, "ops", &reach);
    assert_asked(d->w, STATE, "1 0 exit status 1 -");
    close_desk(d);
}

static void a_request_that_reaches_nobody(void **state)
{
    const struct gn_reach reach = {.webhook = {.url = "http://127.0.0.1:1/"},
                                   .timeout_ms = LONG_MS};
    struct desk *d = open_desk("null");

    (void)state;
    sent(d, NULL, &reach);
    assert_asked(d->w, "select done is null and tries = 1 from garner_outbox",
                 "1");
    assert_has(ask(d->w, "select outcome from garner_outbox"), "127.0.0.1");
    close_desk(d);
}

static void one_that_is_given_up_was_never_sent(void **state)
{
    static const char *const argv[] = {"sleep", "1000", NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};
    struct desk *d = open_desk("null");
    struct gn_sending *s = send_it(d, NULL, &reach, NULL);

    (void)state;
    assert_non_null(s);
    gn_sending_give_up(s);
    assert_int_equal(uv_run(&d->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(d->ends, 1);
    assert_int_equal(d->code, GARNER_CANCELED);
    assert_asked(d->w,
                 "select done is null and tries = 0 and outcome is null"
                 " from garner_outbox",
                 "1");
    close_desk(d);
}

/* The store that cannot be told is no reason to keep it. */
static void one_that_the_store_does_not_hear_of(void **state)
{
    static const char *const argv[] = {"true", NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};
    struct desk *d = open_desk("null");

    (void)state;
    store_runs(d->w, "create trigger no before update on garner_outbox begin"
                     " select raise(abort, 'closed'); end");
    sent(d, NULL, &reach);
    assert_int_equal(d->code, GARNER_CONSTRAINT);
    assert_asked(d->w, "select done is null from garner_outbox", "1");
    close_desk(d);
}

static void without_memory_it_waits_or_goes(void **state)
{
    static const char *const argv[] = {"true", NULL};
    const struct gn_reach reach = {.argv = argv, .timeout_ms = LONG_MS};

    (void)state;
    for (unsigned n = 1; n < 30; n++) {
        struct desk *d = open_desk("null");
        struct gn_message m;
        struct gn_sending *s;
        size_t count;

        assert_int_equal(
            gn_outbox_read(d->w->store, NULL, 1, 1, &m, &count, NULL),
            GARNER_OK);
        gn_mem_fail_at(n);
        s = gn_sending_begin(&d->way, &m, 1, &reach, others, "/usr/f.yaml");
        gn_mem_fail_at(0);
        if (s == NULL)
            gn_message_fini(&m);
        assert_int_equal(
            uv_run(&d->loop, s != NULL ? UV_RUN_DEFAULT : UV_RUN_NOWAIT), 0);
        assert_int_equal(d->ends, s != NULL);
        close_desk(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_runs_beside_its_file),
        cmocka_unit_test(no_secret_is_kept_of_what_it_says),
        cmocka_unit_test(no_secret_is_kept_of_one_that_cannot_run),
        cmocka_unit_test(a_notifier_that_fails_is_told_again),
        cmocka_unit_test(after_a_day_it_is_over),
        cmocka_unit_test(a_request_that_reaches_nobody),
        cmocka_unit_test(one_that_is_given_up_was_never_sent),
        cmocka_unit_test(one_that_the_store_does_not_hear_of),
        cmocka_unit_test(without_memory_it_waits_or_goes),
    };

    signal(SIGPIPE, SIG_IGN); /* as main does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
