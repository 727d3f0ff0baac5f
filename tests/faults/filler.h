/* filler.h - what row n of a batch holds, so that any row can be checked by
 * itself. Pure. */
#ifndef FAULTS_FILLER_H
#define FAULTS_FILLER_H

#include <stdbool.h>
#include <stddef.h>

enum { FILLER_LARGEST = 9000 };

/* Mostly small; some do not fit on a page. */
size_t filler_size(int batch, int n);

void filler_write(unsigned char *filler, int batch, int n);

bool filler_is(const void *data, size_t size, int batch, int n);

#endif
