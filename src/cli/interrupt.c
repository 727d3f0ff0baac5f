#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "base/error.h"

/* A handler has no other way to be told. */
static atomic_bool mark;

static void set(int number)
{
    (void)number;
    atomic_store(&mark, true);
}

void gn_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = set, .sa_flags = SA_RESTART};

    GN_CHECK(sigemptyset(&action.sa_mask) == 0);
    GN_CHECK(sigaction(SIGINT, &action, NULL) == 0);
}

atomic_bool *gn_interrupt_mark(void)
{
    return &mark;
}
