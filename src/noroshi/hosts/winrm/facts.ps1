# Answers questions about this computer, as JSON: one line for each answer. It only reads. Noroshi
# sends it over WinRM, once for all monitors that are due, with the questions as its argument:
#   {"questions": [{"id": 0, "ask": "volumes"}, {"id": 1, "ask": "services", "names": ["Spooler"]}]}
# An answer is {"id": 0, "value": ...}, or {"id": 0, "error": ...} if something cannot be told.
# Without rights of an administrator, some answers are errors; the others are not affected.
# Everything but "tasks" and "updates" also works in the language mode ConstrainedLanguage.
param([string] $request)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$longestText = 4000  # letters of the message of an event
$localDisk = 3       # Win32_Volume.DriveType

function ConvertTo-UtcText($moment) {
    # Schedulers and Windows Update tell of dates long ago for what never was.
    if ($moment -is [DateTime] -and $moment.Year -gt 2000) {
        $moment.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
    }
}

function Get-Volumes {
    Get-CimInstance Win32_Volume -Filter "DriveType=$localDisk" |
        Where-Object { $_.Capacity -and $_.Name -notlike '\\?\*' } |
        ForEach-Object { @{ mount = $_.Name; size = $_.Capacity; free = $_.FreeSpace } }
}

function Get-Memory {
    $system = Get-CimInstance Win32_OperatingSystem  # in KiB
    @{
        total = $system.TotalVisibleMemorySize
        available = $system.FreePhysicalMemory
        swapTotal = $system.SizeStoredInPagingFiles
        swapFree = $system.FreeSpaceInPagingFiles
    }
}

# Each core has counted, in units of 100 ns, what it did since the computer started.
function Get-Processor {
    $cores = @(Get-CimInstance Win32_PerfRawData_Counters_ProcessorInformation |
        Where-Object { $_.Name -notlike '*_Total' })
    $idle = 0.0
    $busy = 0.0
    foreach ($core in $cores) {
        $idle += $core.PercentIdleTime
        $busy += $core.PercentUserTime + $core.PercentPrivilegedTime
    }
    @{ cores = $cores.Count; idle = $idle; busy = $busy }
}

function Get-Processes {
    $owners = @{}
    try {  # only administrators may ask who owns the processes of others
        Get-Process -IncludeUserName | ForEach-Object { $owners[[string]$_.Id] = $_.UserName }
    } catch { $owners = @{} }
    Get-CimInstance Win32_Process -Property @("ProcessId", "Name", "CommandLine") | ForEach-Object {
        @{
            pid = $_.ProcessId
            name = $_.Name
            command = $_.CommandLine
            user = $owners[[string]$_.ProcessId]
        }
    }
}

function Get-Listeners {
    Get-NetTCPConnection -State Listen |
        ForEach-Object { @{ address = $_.LocalAddress; port = $_.LocalPort } }
}

function Test-Named($service, $names) {
    foreach ($name in $names) {
        if ($service.Name -like $name -or $service.DisplayName -like $name) { return $true }
    }
    return $false
}

function Get-Services($names) {
    Get-CimInstance Win32_Service | Where-Object { Test-Named $_ $names } | ForEach-Object {
        $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$($_.Name)"
        $settings = Get-ItemProperty -LiteralPath $key -Name Type -ErrorAction SilentlyContinue
        @{
            name = $_.Name
            title = $_.DisplayName
            state = $_.State
            start = $_.StartMode
            exit = $_.ExitCode
            ownExit = $_.ServiceSpecificExitCode
            pid = $_.ProcessId
            type = $settings.Type
            hasTriggers = Test-Path -LiteralPath "$key\TriggerInfo"
        }
    }
}

function Get-TasksIn($folder) {
    foreach ($task in $folder.GetTasks(1)) {  # TASK_ENUM_HIDDEN
        @{
            path = $task.Path
            enabled = [bool]$task.Enabled
            running = $task.State -eq 4  # TASK_STATE_RUNNING
            result = $task.LastTaskResult
            missed = $task.NumberOfMissedRuns
            last = ConvertTo-UtcText $task.LastRunTime
            next = ConvertTo-UtcText $task.NextRunTime
        }
    }
    foreach ($inner in $folder.GetFolders(0)) { Get-TasksIn $inner }
}

function Get-Tasks {
    $service = New-Object -ComObject Schedule.Service
    $service.Connect()
    Get-TasksIn $service.GetFolder('\')
}

# No server is asked: this is what Windows found when it last searched by itself.
function Get-Updates {
    $securityCategories = @(
        '0fa1201d-4330-4fa8-8ae9-b877473b6441'  # Security Updates
        'e6cf1350-c01b-414d-a61f-263d14d133b4'  # Critical Updates
    )
    $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
    $searcher.Online = $false
    $found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'").Updates
    $updates = @(foreach ($update in $found) {
        $categories = @($update.Categories | ForEach-Object { $_.CategoryID })
        $isListed = @($categories | Where-Object { $securityCategories -contains $_ }).Count -gt 0
        @{ title = $update.Title; security = ($isListed -or [bool]$update.MsrcSeverity) }
    })
    $pending = @(
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
    )
    $results = (New-Object -ComObject Microsoft.Update.AutoUpdate).Results
    $searched = $results.LastSearchSuccessDate  # in UTC
    @{
        updates = $updates
        reboot = @($pending | Where-Object { Test-Path $_ }).Count -gt 0
        searched = if ($searched -is [DateTime] -and $searched.Year -gt 2000) {
            $searched.ToString('yyyy-MM-ddTHH:mm:ssZ')
        }
    }
}

function Get-Events($question) {
    $records = @()
    $newest = 0
    try {
        $newest = (Get-WinEvent -LogName $question.log -MaxEvents 1).RecordId
        $xpath = $question.xpath
        if ($newest -lt $question.after) { $xpath = $question.xpathOfAll }  # it was cleared
        $records = @(Get-WinEvent -LogName $question.log -FilterXPath $xpath -Oldest `
            -MaxEvents ($question.most + 1))
    } catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw }
    }
    $events = @($records | Select-Object -First $question.most | ForEach-Object {
        $text = [string]$_.Message
        if (-not $text) { $text = @($_.Properties | ForEach-Object { $_.Value }) -join ' ' }
        if ($text.Length -gt $longestText) { $text = $text.Substring(0, $longestText) }
        @{
            number = $_.RecordId
            created = $_.TimeCreated.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.ffffffZ')
            source = $_.ProviderName
            id = $_.Id
            level = $_.Level
            text = $text
        }
    })
    @{ newest = $newest; isPartial = $records.Count -gt $question.most; events = $events }
}

function Get-RegistryValue($question) {
    $path = "Registry::$($question.key)"
    if (-not (Test-Path -LiteralPath $path)) { return }
    $name = if ($question.name) { $question.name } else { '(default)' }
    if ((Get-Item -LiteralPath $path).Property -notcontains $name) { return }
    $value = (Get-ItemProperty -LiteralPath $path -Name $name).$name
    $type = 'text'
    if ($value -is [byte[]]) { $type = 'bytes' }
    elseif ($value -is [string[]]) { $type = 'list' }
    elseif ($value -is [int]) { $type = 'int32' }
    elseif ($value -is [long]) { $type = 'int64' }
    @{ type = $type; value = $value }
}

# Get-Counter knows counters by the names in the language of Windows alone. The registry has both.
function Get-CounterNames($language) {
    $key = "HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Perflib\$language"
    (Get-ItemProperty -LiteralPath $key -Name Counter).Counter
}

function ConvertTo-LocalName($name, $english, $local) {
    for ($i = 0; $i + 1 -lt $english.Count; $i += 2) {
        if ($english[$i + 1] -eq $name) {
            $at = $local.IndexOf($english[$i])
            if ($at -ge 0 -and $at % 2 -eq 0) { return $local[$at + 1] }
        }
    }
    $name
}

function ConvertTo-LocalPath($path) {
    if ($path -notmatch '^\\([^\\(]+)(\(.*\))?\\(.+)$') { return $path }
    $object, $instance, $counter = $Matches[1], $Matches[2], $Matches[3]
    $english, $local = (Get-CounterNames '009'), (Get-CounterNames 'CurrentLanguage')
    $object = ConvertTo-LocalName $object $english $local
    $counter = ConvertTo-LocalName $counter $english $local
    "\$object$instance\$counter"
}

function Get-CounterValues($question) {
    $path = $question.path
    if ($question.english) { $path = ConvertTo-LocalPath $path }
    (Get-Counter -Counter $path).CounterSamples |
        ForEach-Object { @{ item = $_.InstanceName; value = $_.CookedValue } }
}

function Get-Value($question) {
    switch ($question.ask) {
        'volumes' { , @(Get-Volumes) }
        'memory' { Get-Memory }
        'processor' { Get-Processor }
        'processes' { , @(Get-Processes) }
        'listeners' { , @(Get-Listeners) }
        'services' { , @(Get-Services $question.names) }
        'tasks' { , @(Get-Tasks) }
        'updates' { Get-Updates }
        'events' { Get-Events $question }
        'registry' { Get-RegistryValue $question }
        'counter' { , @(Get-CounterValues $question) }
        default { throw "unknown question: $($question.ask)" }
    }
}

function Write-Line($answer) { ConvertTo-Json -InputObject $answer -Depth 5 -Compress }

Write-Line @{
    noroshi = 1
    host = $env:COMPUTERNAME
    powershell = [string]$PSVersionTable.PSVersion
    language = [string]$ExecutionContext.SessionState.LanguageMode
}
foreach ($question in (ConvertFrom-Json $request).questions) {
    try {
        Write-Line @{ id = $question.id; value = (Get-Value $question) }
    } catch {
        Write-Line @{
            id = $question.id
            error = [string]$_.Exception.Message
            category = [string]$_.CategoryInfo.Category
        }
    }
}
Write-Line @{ end = $true }
