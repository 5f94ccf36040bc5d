// Included before everything else in the fuzz targets: std::vector without constexpr.
//
// LibTorch 1.13 names vectors of a type that is not complete yet. As C++20 makes their members constexpr, clang wants
// them at once, and the type with them; g++ waits. libstdc++ has a macro for what became constexpr with C++20: it is
// empty while vector is read. A function for the iterators of vector<bool>, declared long before with constexpr, is
// made to mean other iterators.
#pragma once

#define _Bit_iterator _Bit_iterator_declared_early
#include <bits/stl_algobase.h>
#undef _Bit_iterator
#include <memory>
#include <string>

#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#include <vector>
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
