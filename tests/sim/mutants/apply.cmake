cmake_minimum_required(VERSION 3.25)

# cmake -DMUTANT=file -DSOURCE_DIR=dir -DOUTPUT=file -P apply.cmake
#
# Writes a copy of one source file with a deliberate mistake. A mutant says in its first line which
# file, in its second what is wrong, perhaps in its third from which seed on it is found, and then in
# pairs of blocks what stands there and what is to stand there instead. Each first block has to be
# found exactly once, else the build fails: a mutant that changes nothing would prove nothing.
file(READ ${MUTANT} text)
# Semicolons and brackets mean something to CMake's lists.
string(REGEX MATCH "^file: ([^\n]+)\n" header "${text}")
set(path ${CMAKE_MATCH_1})
file(READ ${SOURCE_DIR}/${path} source)
set(rest "${text}")
set(changes 0)
while(TRUE)
    string(FIND "${rest}" "<<<<\n" begin)
    if(begin EQUAL -1)
        break()
    endif()
    math(EXPR begin "${begin} + 5")
    string(SUBSTRING "${rest}" ${begin} -1 rest)
    string(FIND "${rest}" "====\n" middle)
    string(FIND "${rest}" ">>>>\n" end)
    if(middle EQUAL -1 OR end EQUAL -1)
        message(FATAL_ERROR "${MUTANT}: a block is not closed")
    endif()
    string(SUBSTRING "${rest}" 0 ${middle} old)
    math(EXPR middle "${middle} + 5")
    math(EXPR length "${end} - ${middle}")
    string(SUBSTRING "${rest}" ${middle} ${length} new)
    string(FIND "${source}" "${old}" first)
    string(FIND "${source}" "${old}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
        message(FATAL_ERROR "${MUTANT}: its text does not stand exactly once in ${path}:\n${old}")
    endif()
    string(REPLACE "${old}" "${new}" source "${source}")
    string(SUBSTRING "${rest}" ${end} -1 rest)
    math(EXPR changes "${changes} + 1")
endwhile()
if(changes EQUAL 0)
    message(FATAL_ERROR "${MUTANT}: it changes nothing")
endif()
file(WRITE ${OUTPUT} "${source}")
