#include "faults/filler.h"

#include <string.h>

size_t filler_size(int batch, int n)
{
    return batch % 5 == 4 ? FILLER_LARGEST - (size_t)n
                          : 20 + (size_t)(batch * 79 + n * 107) % 700;
}

void filler_write(unsigned char *filler, int batch, int n)
{
    for (size_t i = 0; i < filler_size(batch, n); i++)
        filler[i] = (unsigned char)(batch * 31 + n * 7 + (int)i);
}

bool filler_is(const void *data, size_t size, int batch, int n)
{
    unsigned char filler[FILLER_LARGEST];

    if (data == NULL || batch < 0 || n < 0 || n > 100 ||
        size != filler_size(batch, n))
        return false;
    filler_write(filler, batch, n);
    return memcmp(data, filler, size) == 0;
}
