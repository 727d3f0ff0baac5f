/* child_test.c - real commands, run by the real loop. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "hook/child.h"

enum { LONG_MS = 60000 };

struct run {
    uv_loop_t loop;
    struct gn_child *child;
    int ends;
    struct gn_child_end end; /* its output is ours */
};

static void ended(void *context, struct gn_child_end *end)
{
    struct run *r = context;

    r->ends++;
    r->end = *end;
    end->output = (struct gn_buf){0};
}

static void open_run(struct run *r)
{
    *r = (struct run){.child = NULL};
    assert_int_equal(uv_loop_init(&r->loop), 0);
}

static void close_run(struct run *r)
{
    assert_int_equal(uv_run(&r->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&r->loop), 0);
    gn_buf_fini(&r->end.output);
}

static enum garner_code start(struct run *r, const struct gn_child_spec *spec,
                              struct garner_error *err)
{
    struct gn_child_spec s = *spec;

    s.timeout_ms = s.timeout_ms != 0 ? s.timeout_ms : LONG_MS;
    s.output_max = s.output_max != 0 ? s.output_max : 1000;
    return gn_child_start(&r->loop, &s, ended, r, &r->child, err);
}

/* Runs it to its end. */
static void run(struct run *r, const struct gn_child_spec *spec)
{
    struct garner_error err;

    open_run(r);
    if (start(r, spec, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(uv_run(&r->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(r->ends, 1);
}

static void assert_told(const struct run *r, const char *expected)
{
    struct gn_buf text = {0};

    gn_child_tell(&r->end, &text);
    assert_string_equal(gn_buf_cstr(&text), expected);
    gn_buf_fini(&text);
}

static const char *const *shell(const char *script)
{
    static const char *argv[4] = {"sh", "-c"};

    argv[2] = script;
    return argv;
}

static void what_it_says_is_kept(void **state)
{
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = shell("echo out; echo err >&2")});
    assert_string_equal(gn_buf_cstr(&r.end.output), "out\nerr\n");
    assert_false(r.end.is_cut);
    assert_true(gn_child_did_well(&r.end));
    assert_true(r.end.duration_us > 0);
    assert_told(&r, "exit status 0");
    close_run(&r);
}

static void arguments_arrive_as_they_are(void **state)
{
    static const char *const argv[] = {"printf",     "[%s]", "a b",
                                       "$HOME; `x`", "",     NULL};
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = argv});
    assert_string_equal(gn_buf_cstr(&r.end.output), "[a b][$HOME; `x`][]");
    close_run(&r);
}

static void its_exit_status_counts(void **state)
{
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = shell("exit 3")});
    assert_false(gn_child_did_well(&r.end));
    assert_told(&r, "exit status 3");
    close_run(&r);
    run(&r, &(struct gn_child_spec){.argv = shell("kill -9 $$")});
    assert_false(gn_child_did_well(&r.end));
    assert_told(&r, "ended by signal 9 (Killed)");
    close_run(&r);
}

static void its_input_is_given_whole(void **state)
{
    static char input[300000]; /* more than a pipe holds */
    struct run r;

    (void)state;
    memset(input, 'x', sizeof input);
    run(&r, &(struct gn_child_spec){.argv = shell("wc -c; cat /dev/stdin"),
                                    .input = input,
                                    .input_size = sizeof input});
    assert_string_equal(gn_buf_cstr(&r.end.output), "300000\n");
    close_run(&r);
}

static void it_need_not_read(void **state)
{
    static char input[300000];
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = shell("exec <&-; echo done"),
                                    .input = input,
                                    .input_size = sizeof input});
    assert_string_equal(gn_buf_cstr(&r.end.output), "done\n");
    assert_true(gn_child_did_well(&r.end));
    close_run(&r);
    run(&r, &(struct gn_child_spec){.argv = shell("cat; echo nothing")});
    assert_string_equal(gn_buf_cstr(&r.end.output), "nothing\n");
    close_run(&r);
}

static void long_output_is_cut(void **state)
{
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){
                .argv = shell("head -c 100000 /dev/zero | tr '\\0' y"),
                .output_max = 50});
    assert_int_equal(r.end.output.size, 50);
    assert_true(r.end.is_cut);
    assert_true(gn_child_did_well(&r.end));
    close_run(&r);
}

static void its_environment_is_added_to_ours(void **state)
{
    static const char *const env[] = {"GN_A=1", "GN_B=two words", NULL};
    struct run r;

    (void)state;
    assert_int_equal(setenv("GN_A", "ours", 1), 0);
    assert_int_equal(setenv("GN_AB", "kept", 1), 0);
    run(&r, &(struct gn_child_spec){
                .argv = shell("echo $GN_A,$GN_B,$GN_AB; env | grep -c ^GN_A="),
                .env = env});
    assert_string_equal(gn_buf_cstr(&r.end.output), "1,two words,kept\n1\n");
    close_run(&r);
}

static void it_runs_where_it_is_told(void **state)
{
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = shell("pwd"), .folder = "/usr"});
    assert_string_equal(gn_buf_cstr(&r.end.output), "/usr\n");
    close_run(&r);
}

/* Its group is its own, it has only three descriptors (the fourth is ls's), and
 * SIGPIPE, which we ignore, is not ignored there. */
static void it_stands_alone(void **state)
{
    unsigned long long ignored = 0;
    struct run r;
    char rest[40] = "";
    int pid = 0;
    int group = 0;

    (void)state;
    run(&r, &(struct gn_child_spec){
                .argv = shell("echo $$ $(cut -d' ' -f5 /proc/$$/stat); "
                              "grep SigIgn /proc/self/status; "
                              "ls /proc/self/fd | tr '\\n' ' '")});
    assert_int_equal(sscanf(gn_buf_cstr(&r.end.output),
                            "%d %d SigIgn: %llx %39[0-9 ]", &pid, &group,
                            &ignored, rest),
                     4);
    assert_int_equal(pid, group);
    assert_int_equal(ignored >> (SIGPIPE - 1) & 1, 0);
    assert_string_equal(rest, "0 1 2 3 ");
    close_run(&r);
}

/* Waits for the end of a process that is not our child. */
static void ends(int pid)
{
    struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, pid, 0),
                       .events = POLLIN};

    if (p.fd < 0) {
        assert_int_equal(errno, ESRCH); /* it has ended */
        return;
    }
    assert_int_equal(poll(&p, 1, LONG_MS), 1);
    assert_int_equal(close(p.fd), 0);
}

static void past_its_deadline_its_group_ends(void **state)
{
    struct run r;
    int child = 0;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = shell("sleep 1000 & echo $!; wait"),
                                    .timeout_ms = 500});
    assert_told(&r, "took longer than 0.5 s, and was ended");
    assert_false(gn_child_did_well(&r.end));
    /* Under load it may have ended before it said anything. */
    if (sscanf(gn_buf_cstr(&r.end.output), "%d", &child) == 1)
        ends(child);
    close_run(&r);
}

static void one_that_will_not_end_is_killed(void **state)
{
    struct run r;

    (void)state;
    run(&r, &(struct gn_child_spec){
                .argv = shell("trap '' TERM; while :; do sleep 0.1; done"),
                .timeout_ms = 300});
    assert_int_equal(r.end.fate, GN_CHILD_LATE);
    close_run(&r);
}

static void one_that_leaves_another_behind_has_ended(void **state)
{
    struct run r;
    int child = 0;

    (void)state;
    run(&r, &(struct gn_child_spec){.argv = shell("sleep 1000 & echo $!")});
    assert_told(&r, "exit status 0");
    assert_int_equal(sscanf(gn_buf_cstr(&r.end.output), "%d", &child), 1);
    assert_int_equal(kill(child, SIGKILL), 0); /* it was left alone */
    close_run(&r);
}

static void it_can_be_stopped(void **state)
{
    struct garner_error err;
    struct run r;

    (void)state;
    open_run(&r);
    assert_int_equal(
        start(&r, &(struct gn_child_spec){.argv = shell("sleep 1000")}, &err),
        GARNER_OK);
    gn_child_stop(r.child);
    gn_child_stop(r.child);
    assert_int_equal(uv_run(&r.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(r.ends, 1);
    assert_told(&r, "was ended, since garner ends");
    close_run(&r);
}

static void what_cannot_be_run_is_named(void **state)
{
    static const char *const missing[] = {"/no/such/command", NULL};
    static const char *const folder[] = {"/usr", NULL};
    struct garner_error err;
    struct run r;

    (void)state;
    open_run(&r);
    assert_int_equal(start(&r, &(struct gn_child_spec){.argv = missing}, &err),
                     GARNER_NOTFOUND);
    assert_string_equal(err.message,
                        "/no/such/command cannot be run: no such file or "
                        "directory; name an executable file");
    assert_int_equal(start(&r, &(struct gn_child_spec){.argv = folder}, &err),
                     GARNER_IO);
    assert_string_equal(err.message, "/usr cannot be run: permission denied; "
                                     "name an executable file");
    assert_int_equal(start(&r,
                           &(struct gn_child_spec){.argv = shell("true"),
                                                   .folder = "/no/such"},
                           &err),
                     GARNER_NOTFOUND);
    assert_non_null(strstr(err.message, "sh cannot be run in /no/such: "));
    close_run(&r);
    assert_int_equal(r.ends, 0);
}

static void without_memory_nothing_is_run(void **state)
{
    struct garner_error err;
    struct run r;

    (void)state;
    for (unsigned n = 1;; n++) {
        enum garner_code code;

        open_run(&r);
        gn_mem_fail_at(n);
        code = start(&r, &(struct gn_child_spec){.argv = shell("true")}, &err);
        gn_mem_fail_at(0);
        close_run(&r);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_int_equal(r.ends, 0);
    }
    assert_int_equal(r.ends, 1);
}

/* Takes whatever number is free, as soon as it is told to: by no means that
 * ThreadSanitizer would take for an order of events. */
static void *open_something(void *go)
{
    int fds[4];

    while (!atomic_load_explicit((atomic_bool *)go, memory_order_relaxed))
        (void)sched_yield();
    for (size_t i = 0; i < 4; i++) {
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fds[i] >= 0);
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(close(fds[i]), 0);
    return NULL;
}

static void its_descriptors_are_free_for_other_threads(void **state)
{
    atomic_bool go = false;
    pthread_t other;
    struct run r;

    (void)state;
    assert_int_equal(pthread_create(&other, NULL, open_something, &go), 0);
    run(&r, &(struct gn_child_spec){
                .argv = shell("cat"), .input = "a", .input_size = 1});
    atomic_store_explicit(&go, true, memory_order_relaxed);
    assert_int_equal(pthread_join(other, NULL), 0);
    close_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_kept),
        cmocka_unit_test(arguments_arrive_as_they_are),
        cmocka_unit_test(its_exit_status_counts),
        cmocka_unit_test(its_input_is_given_whole),
        cmocka_unit_test(it_need_not_read),
        cmocka_unit_test(long_output_is_cut),
        cmocka_unit_test(its_environment_is_added_to_ours),
        cmocka_unit_test(it_runs_where_it_is_told),
        cmocka_unit_test(it_stands_alone),
        cmocka_unit_test(past_its_deadline_its_group_ends),
        cmocka_unit_test(one_that_will_not_end_is_killed),
        cmocka_unit_test(one_that_leaves_another_behind_has_ended),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(what_cannot_be_run_is_named),
        cmocka_unit_test(without_memory_nothing_is_run),
        cmocka_unit_test(its_descriptors_are_free_for_other_threads),
    };

    signal(SIGPIPE, SIG_IGN); /* as main does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
