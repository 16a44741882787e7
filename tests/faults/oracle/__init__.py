"""Says whether a pipeline has kept its promises: nothing lost, nothing twice, nothing half done.

``evidence`` is what was found, ``reading`` finds it through AWS's own interfaces, ``judgement``
says what is wrong with it, ``quiet`` waits until there is something to judge.
"""
