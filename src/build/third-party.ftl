<#-- The list of libraries in a WAR: META-INF/THIRD-PARTY.txt. The plugin gives each with its licences. -->
imserver is licensed under the Apache License, Version 2.0: LICENSE, beside this file.

It contains these libraries, unchanged, with the licences that each names. Where that are several, its parts have different ones, or
one may choose: what the library says of it is in its jar, or at its address. The texts of the licences are in the folder licenses.
Lit (org.webjars.npm) is in the scripts, and its licence in lib/lit.

<#list dependencyMap as entry>
${entry.getKey().groupId}:${entry.getKey().artifactId}:${entry.getKey().version}
  <#list entry.getValue() as license>${license}<#sep>, </#list>
  ${entry.getKey().name}<#if entry.getKey().url??>, ${entry.getKey().url}</#if>
</#list>
