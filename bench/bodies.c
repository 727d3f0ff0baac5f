#include "bodies.h"

#include <stdio.h>
#include <time.h>

#include "plan.h"

void bodies_read(const char *name, struct gn_buf *out)
{
    static char piece[1 << 16];
    FILE *f = fopen(name, "rb");
    size_t n;

    if (f == NULL)
        die(name, "cannot be opened");
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        gn_buf_append(out, piece, n);
    if (ferror(f) || fclose(f) != 0 || gn_buf_failed(out))
        die(name, "cannot be read");
}

double bodies_processor_ms(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
        die("the processor's time", "is not known");
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
