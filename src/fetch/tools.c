#include "fetch/tools.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/mem.h"

/* NULL: it is not set, or empty. */
static const char *variable(const char *name)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets the environment */
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

/* HTTP_PROXY in capitals is not asked for: in a CGI program a client sets it.
 */
static bool any_proxy(void)
{
    return variable("http_proxy") != NULL || variable("https_proxy") != NULL ||
           variable("HTTPS_PROXY") != NULL || variable("all_proxy") != NULL ||
           variable("ALL_PROXY") != NULL;
}

enum garner_code gn_tools_init(struct gn_tools *tools,
                               struct gn_sockets *sockets,
                               struct garner_error *err)
{
    const char *without = variable("no_proxy");

    if (without == NULL)
        without = variable("NO_PROXY");
    *tools = (struct gn_tools){.sockets = sockets};
    TAILQ_INIT(&tools->paused);
    tools->proxies = (struct gn_proxies){any_proxy(), ""};
    if (without != NULL) {
        tools->without = gn_strdup(without);
        tools->proxies.without = tools->without;
    }
    tools->digest = EVP_MD_CTX_new();
    if (tools->proxies.without == NULL || tools->digest == NULL) {
        gn_tools_fini(tools);
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetcher");
    }
    tools->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (tools->sha256 == NULL) {
        gn_tools_fini(tools);
        return gn_fail(err, GARNER_IO,
                       "libcrypto offers no SHA-256; check its configuration");
    }
    return GARNER_OK;
}

void gn_tools_fini(struct gn_tools *tools)
{
    EVP_MD_free(tools->sha256);
    EVP_MD_CTX_free(tools->digest);
    gn_free(tools->without);
    *tools = (struct gn_tools){0};
}
