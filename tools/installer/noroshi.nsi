; The installer for Windows, x64: made by tools/windows_installer.py, which defines what is in ${}
; and not defined here.
;
;   noroshi-setup.exe /S                                    the service, with the manager
;   noroshi-setup.exe /S /JOIN=HOST:PORT /CODE=CODE         an agent of a hub
;                        [/NAME=NAME] [/PROXY=URL]
;   uninstall.exe /S [/PURGE]                               with /PURGE, the data too
;
; Exit codes: 0, and 2 if it was not done; install.log in the program folder says why.

Target amd64-unicode
Unicode true
!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include nsDialogs.nsh

!define NAME "Noroshi"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Noroshi"
!define DATA "$APPDATA\noroshi"
!define PROGRAM "$INSTDIR\${BUILD}\python.exe"

Name "${TITLE}"
BrandingText "Noroshi ${VERSION}"
UninstallButtonText "$(UNINSTALL)"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\Noroshi"
RequestExecutionLevel admin
ManifestSupportedOS Win10
ManifestDPIAware true
SetCompressor /SOLID ${COMPRESSOR}
ShowInstDetails show
ShowUninstDetails show
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${TITLE}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${TITLE}"
VIAddVersionKey "LegalCopyright" "Apache-2.0"
!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

Var Join
Var Code
Var ServerName
Var Proxy
Var Purge
Var TextLanguage
Var AgentButton
Var NodeButton
Var JoinField
Var CodeField
Var IsUpdate
Var Result

!define MUI_ICON "noroshi.ico"
!define MUI_UNICON "noroshi.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "noroshi.bmp"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "$(WELCOME)"
!insertmacro MUI_PAGE_WELCOME
Page custom ShowRole LeaveRole
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_FINISHPAGE_TITLE "$(DONE)"
!define MUI_FINISHPAGE_TEXT "$Result"
!define MUI_FINISHPAGE_TEXT_LARGE
!define MUI_FINISHPAGE_LINK "$(OPEN)"
!define MUI_FINISHPAGE_LINK_LOCATION "http://127.0.0.1:7663/"
!define MUI_PAGE_CUSTOMFUNCTION_SHOW ShowFinish
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(REMOVE)"
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.ShowData un.LeaveData
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Japanese"
!include "texts.nsh"

Function .onInit
  SetShellVarContext all
  ${GetParameters} $0
  ${GetOptions} $0 "/JOIN=" $Join
  ${GetOptions} $0 "/CODE=" $Code
  ${GetOptions} $0 "/NAME=" $ServerName
  ${GetOptions} $0 "/PROXY=" $Proxy
  StrCpy $IsUpdate 0
  ${If} ${FileExists} "${DATA}\noroshi.toml"
    StrCpy $IsUpdate 1
  ${EndIf}
  ; The folder is Noroshi's alone: its removal takes all that is in it.
  ${GetFileName} "$INSTDIR" $0
  ${If} $0 != "${NAME}"
    StrCpy $INSTDIR "$INSTDIR\${NAME}"
  ${EndIf}
FunctionEnd

; ---------------------------------------------------------------------------- the page of roles

Function ShowRole
  ${If} $IsUpdate == 1
    Abort ; an update: the server stays what it is
  ${EndIf}
  !insertmacro MUI_HEADER_TEXT "$(ROLE)" "$(ROLE_MORE)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateRadioButton} 0 0 100% 12u "$(ROLE_NODE)"
  Pop $NodeButton
  ${NSD_OnClick} $NodeButton SetFields
  ${NSD_CreateRadioButton} 0 18u 100% 12u "$(ROLE_AGENT)"
  Pop $AgentButton
  ${NSD_OnClick} $AgentButton SetFields
  ${NSD_CreateLabel} 12u 36u 30% 12u "$(HUB)"
  Pop $1
  ${NSD_CreateText} 35% 35u 65% 13u "$Join"
  Pop $JoinField
  ${NSD_CreateLabel} 12u 54u 30% 12u "$(CODE)"
  Pop $1
  ${NSD_CreateText} 35% 53u 65% 13u "$Code"
  Pop $CodeField
  ${NSD_CreateLabel} 12u 72u 100% 20u "$(WHERE)"
  Pop $1
  ${If} $Join == ""
    ${NSD_Check} $NodeButton
  ${Else}
    ${NSD_Check} $AgentButton
  ${EndIf}
  Call EnableFields
  nsDialogs::Show
FunctionEnd

Function SetFields
  Pop $0
  Call EnableFields
FunctionEnd

; Only an agent has a hub and a code.
Function EnableFields
  ${NSD_GetState} $AgentButton $0
  ${If} $0 == ${BST_CHECKED}
    StrCpy $0 1
  ${Else}
    StrCpy $0 0
  ${EndIf}
  EnableWindow $JoinField $0
  EnableWindow $CodeField $0
FunctionEnd

Function LeaveRole
  ${NSD_GetState} $AgentButton $0
  ${NSD_GetText} $JoinField $Join
  ${NSD_GetText} $CodeField $Code
  ${If} $0 != ${BST_CHECKED}
    StrCpy $Join ""
  ${ElseIf} $Join == ""
  ${OrIf} $Code == ""
    MessageBox MB_ICONEXCLAMATION "$(BOTH)"
    Abort
  ${EndIf}
FunctionEnd

; --------------------------------------------------------------------------------- installation

Section
  ; A folder elsewhere inherits write access for users, who could then change what the service runs.
  ${GetParent} "$INSTDIR" $0
  ${If} $0 != $PROGRAMFILES64
    CreateDirectory "$INSTDIR"
    nsExec::ExecToLog '"$SYSDIR\icacls.exe" "$INSTDIR" /setowner "*S-1-5-32-544"'
    Pop $0
    nsExec::ExecToLog '"$SYSDIR\icacls.exe" "$INSTDIR" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-32-545:(OI)(CI)RX"'
    Pop $0
    ${If} $0 != 0
      StrCpy $0 "icacls $0"
      Goto failed
    ${EndIf}
  ${EndIf}
  ; Whole, or not there: what runs is never written to.
  ${IfNot} ${FileExists} "${PROGRAM}"
    RMDir /r "$INSTDIR\${BUILD}.new"
    SetOutPath "$INSTDIR\${BUILD}.new"
    SetDetailsPrint textonly ; thousands of lines would hide the few that matter
    File /r "${FILES}\*"
    SetDetailsPrint both
    SetOutPath "$INSTDIR"
    ClearErrors
    Rename "$INSTDIR\${BUILD}.new" "$INSTDIR\${BUILD}"
    ${If} ${Errors}
      StrCpy $0 "rename"
      Goto failed
    ${EndIf}
  ${EndIf}
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${KEY}" "DisplayName" "${TITLE}"
  WriteRegStr HKLM "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${KEY}" "Publisher" "Noroshi"
  WriteRegStr HKLM "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${KEY}" "DisplayIcon" "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${KEY}" "NoModify" 1
  WriteRegDWORD HKLM "${KEY}" "NoRepair" 1
  WriteRegDWORD HKLM "${KEY}" "EstimatedSize" "${KILOBYTES}"

  StrCpy $TextLanguage "en"
  ${If} $LANGUAGE == ${LANG_JAPANESE}
    StrCpy $TextLanguage "ja"
  ${EndIf}
  StrCpy $1 '--log "$INSTDIR\install.log" --lang $TextLanguage'
  ${If} $Join != ""
    StrCpy $1 '$1 --join "$Join" --code "$Code" --name "$ServerName" --proxy "$Proxy"'
  ${ElseIf} $IsUpdate == 0
    CreateDirectory "$SMPROGRAMS\${NAME}"
    WriteINIStr "$SMPROGRAMS\${NAME}\$(MANAGER).url" "InternetShortcut" "URL" "http://127.0.0.1:7663/"
  ${EndIf}
  DetailPrint "$(STARTING)"
  nsExec::ExecToLog '"${PROGRAM}" -I -X utf8 -m noroshi.cli.installer_program install $1'
  Pop $0
  ${If} $0 == 0
    DetailPrint "$(DONE)"
    ${If} $IsUpdate == 1
      StrCpy $Result "$(UPDATED)"
    ${ElseIf} $Join == ""
      StrCpy $Result "$(FIRST_CODE)$\r$\n$\r$\n${DATA}\noroshi-start.log$\r$\n$\r$\n$(KEY_COPY)"
    ${Else}
      StrCpy $Result "$(JOINED)"
    ${EndIf}
    Return
  ${EndIf}
  StrCpy $0 "installer_program $0"
failed:
  Call NoteFailure
  DetailPrint "$(FAILED)"
  DetailPrint "$INSTDIR\install.log"
  SetErrorLevel 2
  MessageBox MB_ICONSTOP "$(FAILED)$\r$\n$INSTDIR\install.log" /SD IDOK
  Abort
SectionEnd

; Say in the log which step failed, as a step before the program's own leaves no log.
Function NoteFailure
  CreateDirectory "$INSTDIR"
  FileOpen $1 "$INSTDIR\install.log" a
  FileSeek $1 0 END
  FileWrite $1 "Failed: $0$\r$\n"
  FileClose $1
FunctionEnd

; Only a manager has pages to open.
Function ShowFinish
  ${If} $Join != ""
  ${OrIf} $IsUpdate == 1 ; which may be an agent's
    ShowWindow $mui.FinishPage.Link ${SW_HIDE}
  ${EndIf}
FunctionEnd

; -------------------------------------------------------------------------------------- removal

Function un.onInit
  SetShellVarContext all
  StrCpy $Purge 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/PURGE" $1
  ${IfNot} ${Errors}
    StrCpy $Purge 1
  ${EndIf}
FunctionEnd

Function un.ShowData
  !insertmacro MUI_HEADER_TEXT "$(KEEP)" "${DATA}"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateCheckbox} 0 0 100% 12u "$(PURGE)"
  Pop $AgentButton
  ${NSD_CreateLabel} 0 18u 100% 40u "$(PURGE_MORE)"
  Pop $1
  nsDialogs::Show
FunctionEnd

Function un.LeaveData
  ${NSD_GetState} $AgentButton $0
  StrCpy $Purge 0
  ${If} $0 == ${BST_CHECKED}
    StrCpy $Purge 1
  ${EndIf}
FunctionEnd

Section "Uninstall"
  SetOutPath "$TEMP"
  nsExec::ExecToLog '"${PROGRAM}" -I -X utf8 -m noroshi.cli.installer_program remove --log "$INSTDIR\install.log"'
  Pop $0
  ${If} $0 != 0
    SetErrorLevel 2
    MessageBox MB_ICONSTOP "$(NOT_REMOVED)$\r$\n$INSTDIR\install.log" /SD IDOK
    Abort
  ${EndIf}
  RMDir /r "$SMPROGRAMS\${NAME}"
  SetDetailsPrint textonly
  RMDir /r "$INSTDIR"
  SetDetailsPrint both
  DeleteRegKey HKLM "${KEY}"
  ${If} $Purge == 1
    RMDir /r "${DATA}"
  ${EndIf}
SectionEnd
