#include "cli/print.h"

#include <unistd.h>

#include "cli/writer.h"

enum gn_exit gn_print(struct gn_buf *text)
{
    struct gn_writer w = {STDOUT_FILENO, "standard output", *text};
    struct garner_error err = {0};
    enum gn_exit status = GN_EXIT_OK;

    *text = (struct gn_buf){0};
    if (gn_writer_flush(&w, &err) != GARNER_OK)
        status = gn_exit_output(&err);
    gn_writer_fini(&w);
    return status;
}
