#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"

enum { MOST = 64 };

enum garner_code gn_files_check(int count, struct garner_error *err)
{
    struct rlimit limit = {.rlim_cur = 0};
    int files[MOST];
    int opened = 0;
    int why = 0;

    GN_CHECK(count <= MOST);
    while (opened < count && why == 0) {
        files[opened] = open("/", O_PATH | O_CLOEXEC);
        if (files[opened] >= 0)
            opened++;
        else
            why = errno;
    }
    for (int i = 0; i < opened; i++)
        (void)close(files[i]); /* nothing was written through it */
    if (why == 0)
        return GARNER_OK;
    GN_CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (why == EMFILE)
        return gn_fail(err, GARNER_IO,
                       "only %d more files can be opened, of %d that are "
                       "needed at least, for the limit is %llu; raise it "
                       "(ulimit -n)",
                       opened, count, (unsigned long long)limit.rlim_cur);
    return gn_fail(err, GARNER_IO,
                   "only %d more files can be opened, of %d that are needed at "
                   "least: %s",
                   opened, count, strerrordesc_np(why));
}
