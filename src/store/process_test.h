/*
 * process_test.h - tests that start themselves anew, as another process which
 * may have threads of its own, and kill it. Tests only.
 */
#ifndef GN_STORE_PROCESS_TEST_H
#define GN_STORE_PROCESS_TEST_H

#include "store/fixture_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/fault.h"

struct process {
    pid_t pid;
    int in;    /* its standard input; -1: closed */
    FILE *out; /* its standard output */
};

/* argv ends with NULL; what main does with it is the test's. */
static UNUSED struct process process_start(const char *const *argv)
{
    struct process p;
    int in[2];
    int out[2];

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    p.pid = fork();
    if (p.pid == 0) {
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)execv("/proc/self/exe", (char *const *)argv);
        _exit(9);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    p.in = in[1];
    p.out = fdopen(out[0], "r");
    assert_non_null(p.out);
    return p;
}

static UNUSED void process_close_input(struct process *p)
{
    if (p->in >= 0)
        (void)close(p->in);
    p->in = -1;
}

static UNUSED bool process_runs(const struct process *p)
{
    siginfo_t info = {0};

    assert_int_equal(
        waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    return info.si_pid == 0;
}

/* Waits for its end. true: it was killed; else it ended well, or the test
 * fails. */
static UNUSED bool process_was_killed(struct process *p)
{
    int status;

    process_close_input(p);
    (void)fclose(p->out);
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        return true;
    }
    assert_int_equal(status, 0);
    return false;
}

/* In the other process: where it dies. */
struct death {
    const char *point; /* one that begins so; "": any */
    int left;          /* the so manyth from now; 0: nowhere */
};

/* A hook of failure points. */
static UNUSED void process_die(void *context, const char *point)
{
    struct death *d = context;

    if (strncmp(point, d->point, strlen(d->point)) == 0 && --d->left == 0)
        (void)kill(getpid(), SIGKILL);
}

#endif
