#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char row_body[ROW_BODY] =
    "{\"symbol\":\"ABC\",\"price\":\"103.25\",\"volume\":18220,\"bid\":103.2,"
    "\"ask\":103.3,\"open\":101.9,\"high\":104.0,\"low\":101.1,"
    "\"note\":\"two hundred bytes of it\"}";

_Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    _exit(1); /* other threads may still work */
}

static _Noreturn void usage(const char *program)
{
    fprintf(stderr,
            "usage: %s MODE -d NEW-FILE [-t THREADS] [-s SECONDS | -r "
            "ROWS-EACH] [-n] "
            "[-b ROWS-A-BATCH] [-w WAL-PAGES] [-j BEGIN-NS]\n",
            program);
    _exit(2);
}

struct plan plan_read(int argc, char **argv)
{
    struct plan plan = {
        .threads = 1, .seconds = 1, .batch = 1, .wal_pages = 1000};
    int option;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread yet */
    while ((option = getopt(argc, argv, "d:t:s:r:nb:w:j:")) != -1) {
        if (option == 'd')
            plan.db = optarg;
        else if (option == 't')
            plan.threads = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 's')
            plan.seconds = strtod(optarg, NULL);
        else if (option == 'r')
            plan.rows_each = strtoull(optarg, NULL, 10);
        else if (option == 'n')
            plan.normal = true;
        else if (option == 'b')
            plan.batch = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'w')
            plan.wal_pages = (int)strtol(optarg, NULL, 10);
        else if (option == 'j')
            plan.join_ns = strtoll(optarg, NULL, 10);
        else
            usage(argv[0]);
    }
    if (optind + 1 != argc || plan.db == NULL || plan.threads < 1 ||
        plan.batch < 1 || !(plan.seconds > 0))
        usage(argv[0]);
    plan.mode = argv[optind];
    if (plan.join_ns == 0 && access(plan.db, F_OK) == 0)
        die(plan.db, "is there already; name a new file");
    return plan;
}
