#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool gn_terminal_is(int fd)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets the environment */
    const char *term = getenv("TERM");

    return isatty(fd) == 1 &&
           (term == NULL || (term[0] != '\0' && strcmp(term, "dumb") != 0));
}

void gn_terminal_size(int fd, size_t *columns, size_t *rows)
{
    struct winsize size = {0};
    const bool known = ioctl(fd, TIOCGWINSZ, &size) == 0;

    *columns = known && size.ws_col > 0 ? size.ws_col : 80;
    *rows = known && size.ws_row > 0 ? size.ws_row : 24;
}

bool gn_terminal_color(int fd)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets the environment */
    const char *no = getenv("NO_COLOR");

    return gn_terminal_is(fd) && (no == NULL || no[0] == '\0');
}
